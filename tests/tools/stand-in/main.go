// stand-in takes the place of programs that a node needs and that cannot be had as Go modules.
//
//	stand-in pause      keeps a Pod's namespaces, takes in orphans, ends when asked to
//	stand-in get URL    prints what a server answers; fails after 4 s and when the answer is an error
//	stand-in grafana    needs the files, rights and port of Grafana, see grafana.go
//	stand-in version    prints the version of the INI library
//
// Its name decides too: a link called `get` needs no first argument.
package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"
)

func main() {
	arguments := os.Args[1:]
	switch name := filepath.Base(os.Args[0]); name {
	case "pause", "get", "grafana":
		arguments = append([]string{name}, arguments...)
	}
	if err := run(arguments); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "version":
		return version()
	case len(arguments) == 1 && arguments[0] == "pause":
		pause()
		return nil
	case len(arguments) == 2 && arguments[0] == "get":
		return get(arguments[1])
	case len(arguments) > 0 && arguments[0] == "grafana":
		return grafana()
	}
	return errors.New("usage: stand-in version | pause | get URL | grafana")
}

func version() error {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "gopkg.in/ini.v1" {
			fmt.Println("stand-in", module.Version)
		}
	}
	return nil
}

func pause() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != nil || pid <= 0 {
				break
			}
		}
	}
}

func get(url string) error {
	client := http.Client{Timeout: 4 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode >= 400 {
		return errors.New(answer.Status)
	}
	return nil
}
