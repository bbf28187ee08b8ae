// Package store is what the adapters of chat platforms keep in PostgreSQL, in the
// schema chat, for all bots of an installation together. It knows no platform.
//
// [Deliveries] are the events that platforms have delivered. Platforms deliver
// some of them again, or to several bots; the first to claim one handles it.
//
// Nothing is cached here. All of it may be used from many goroutines and bots.
package store
