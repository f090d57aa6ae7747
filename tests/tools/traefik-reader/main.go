// traefik-reader reads Ingresses and Gateway API objects from an API server with Traefik's own code, and prints the routes Traefik makes of them.
//
//	traefik-reader ingress|gateway   prints each configuration as a line of JSON, until it is stopped; KUBECONFIG says where
//	traefik-reader version           prints Traefik's version
//
// The whole of Traefik cannot be built from the module proxy; these are its packages that decide.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"time"

	ptypes "github.com/traefik/paerser/types"
	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/provider/kubernetes/crd"
	"github.com/traefik/traefik/v3/pkg/provider/kubernetes/gateway"
	"github.com/traefik/traefik/v3/pkg/provider/kubernetes/ingress"
	"github.com/traefik/traefik/v3/pkg/safe"
)

type provider interface {
	Provide(configurations chan<- dynamic.Message, pool *safe.Pool) error
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: traefik-reader ingress|gateway|version")
	}
	switch arguments[0] {
	case "version":
		return version()
	case "ingress":
		routes := &ingress.Provider{ThrottleDuration: ptypes.Duration(50 * time.Millisecond)}
		transports := &crd.Provider{ThrottleDuration: ptypes.Duration(50 * time.Millisecond)}
		return watch(routes, transports)
	case "gateway":
		// As its Helm chart sets them up: web on 8000 behind 80, websecure on 8443 behind 443.
		entryPoints := map[string]gateway.Entrypoint{"web": {Address: ":80"}, "websecure": {Address: ":443", HasHTTPTLSConf: true}}
		routes := &gateway.Provider{EntryPoints: entryPoints, ThrottleDuration: ptypes.Duration(50 * time.Millisecond)}
		return watch(routes)
	default:
		return fmt.Errorf("unknown source %q", arguments[0])
	}
}

func watch(providers ...provider) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pool := safe.NewPool(ctx)
	messages := make(chan dynamic.Message)
	for _, each := range providers {
		if initial, ok := each.(interface{ Init() error }); ok {
			if err := initial.Init(); err != nil {
				return err
			}
		}
		if err := each.Provide(messages, pool); err != nil {
			return err
		}
	}
	lines := json.NewEncoder(os.Stdout)
	for {
		select {
		case <-ctx.Done():
			return nil
		case message := <-messages:
			// Certificates are secret; the names of what uses them are not.
			message.Configuration.TLS = nil
			if err := lines.Encode(message); err != nil {
				return err
			}
		}
	}
}

func version() error {
	information, _ := debug.ReadBuildInfo()
	for _, dependency := range information.Deps {
		if dependency.Path == "github.com/traefik/traefik/v3" {
			fmt.Println(strings.TrimPrefix(dependency.Version, "v"))
			return nil
		}
	}
	return errors.New("built without Traefik")
}
