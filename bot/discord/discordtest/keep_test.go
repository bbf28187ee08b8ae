package discordtest

import "testing"

func TestOldMessagesForOnePersonAreForgotten(t *testing.T) {
	s := New()
	defer s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	said, bob := "said", s.person("bob")
	say := func(viewer *person) *message {
		return s.store(GeneralID, viewer, messageBody{Content: &said}, true)
	}
	post, oldest := say(nil), say(bob)
	var newest *message
	for range 2*kept - 1 {
		newest = say(bob)
	}
	if len(s.messages) != kept+1 || s.alone != kept {
		t.Errorf("%d messages, of which %d are for one person alone, want %d and a post", len(s.messages), s.alone, kept)
	}
	if s.find("", post.id) != post || s.find(GeneralID, newest.id) != newest || s.find("", oldest.id) != nil || s.find(GroupID, newest.id) != nil {
		t.Error("the post and the newest message are not found in their channel, or the oldest one is")
	}
}

func TestMissedFramesAreReplayedWhileTheyAreKept(t *testing.T) {
	ses := &session{}
	for n := range 2*replayed + 1 {
		ses.dispatch("EVENT", n)
	}
	if missed, kept := ses.missed(ses.seq - 2); !kept || len(missed) != 2 || string(missed[0]) != `{"op":0,"d":3999,"s":4000,"t":"EVENT"}` {
		t.Errorf("the last two frames are %s, %t", missed, kept)
	}
	if _, kept := ses.missed(ses.seq); !kept {
		t.Error("who missed nothing has to begin a new session")
	}
	if _, kept := ses.missed(ses.seq - replayed - 2); kept {
		t.Error("who missed more than is kept has not to begin a new session")
	}
}
