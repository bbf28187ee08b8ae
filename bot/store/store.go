// Package store is what the adapters of chat platforms keep in PostgreSQL, in the
// schema chat, for all bots of an installation together. It knows no platform.
//
// [Deliveries] are the events that platforms have delivered. Platforms deliver
// some of them again, or to several bots; the first to claim one handles it.
//
// [Installations] are the workspaces that gave the bot a token, for a platform on
// which each has its own. The tokens are encrypted by [Keys] from the settings.
//
// Nothing is cached here. All of it may be used from many goroutines and bots.
package store
