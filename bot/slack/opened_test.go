package slack

import "testing"

func TestOpenedFormsAreTakenOnceAndBounded(t *testing.T) {
	var o opened
	first, second := o.keep("https://first"), o.keep("https://second")
	if got := o.take(first); got != "https://first" {
		t.Errorf("got %q, want https://first", got)
	}
	if got := o.take(first) + o.take("made up"); got != "" {
		t.Errorf("got %q for tickets that are used or made up", got)
	}
	for range 3 * maxOpened {
		o.keep("https://other")
	}
	if n := len(o.urls); n > maxOpened {
		t.Errorf("%d are kept, want at most %d", n, maxOpened)
	}
	if got := o.take(second); got != "" {
		t.Errorf("got %q after thousands of others", got)
	}
}
