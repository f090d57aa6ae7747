// argocd holds the parts of Argo CD that decide what is applied, pruned and healthy, and the Redis through which they talk.
//
//	argocd application-controller|repo-server OPTIONS   as Argo CD's own programs
//	argocd redis ADDRESS                                in memory
//	argocd version                                      prints Argo CD's version
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/alicebob/miniredis/v2"
	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/spf13/cobra"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return errors.New("usage: argocd application-controller|repo-server|redis|version")
	}
	var command *cobra.Command
	switch arguments[0] {
	case "version":
		return version()
	case "redis":
		if len(arguments) != 2 {
			return errors.New("usage: argocd redis ADDRESS")
		}
		if err := miniredis.NewMiniRedis().StartAddr(arguments[1]); err != nil {
			return err
		}
		select {}
	case "application-controller":
		command = controller.NewCommand()
	case "repo-server":
		command = reposerver.NewCommand()
	default:
		return fmt.Errorf("unknown program %q", arguments[0])
	}
	command.SetArgs(arguments[1:])
	return command.Execute()
}

func version() error {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/argoproj/argo-cd/v3" {
			fmt.Println(module.Version)
			return nil
		}
	}
	return errors.New("not built as a module")
}
