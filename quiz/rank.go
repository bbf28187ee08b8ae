package quiz

// Orders of steps as numbers, by Lehmer's code: orders of n things are numbered from 0 to n!-1, the one in which they
// stand already being 0.

func factorial(n int) int {
	f := 1
	for i := 2; i <= n; i++ {
		f *= i
	}
	return f
}

// rank is the number of an order of the numbers 0 to len(order)-1.
func rank(order []int) int {
	r := 0
	for i, at := range order {
		smaller := 0 // numbers that come later although they are smaller
		for _, later := range order[i+1:] {
			if later < at {
				smaller++
			}
		}
		r = r*(len(order)-i) + smaller
	}
	return r
}

// unrank is the order of n things with that number.
func unrank(r, n int) []int {
	code := make([]int, n)
	for i := n - 1; i >= 0; i-- {
		code[i] = r % (n - i)
		r /= n - i
	}
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	order := make([]int, n)
	for i, at := range code {
		order[i] = left[at]
		left = append(left[:at], left[at+1:]...)
	}
	return order
}
