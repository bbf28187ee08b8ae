package slack

// ForgetSecret takes the signing secret from an adapter that runs.
func ForgetSecret(a *Adapter) { a.cfg.Secret = "" }
