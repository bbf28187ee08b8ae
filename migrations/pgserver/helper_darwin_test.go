package pgserver

func zombie(int) bool { return false }
