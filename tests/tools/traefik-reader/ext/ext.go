// Package ext stands for the empty extension of Traefik's configuration, which is part of its repository but of no published module.
package ext

// HTTP extends the configuration of HTTP by nothing.
type HTTP struct{}

// Router extends a router by nothing.
type Router struct{}
