package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"gopkg.in/ini.v1"
	"gopkg.in/yaml.v3"
)

// The paths of the official image.
const (
	settingsFile = "/etc/grafana/grafana.ini"
	provisioning = "/etc/grafana/provisioning"
	data         = "/var/lib/grafana"
)

var variable = regexp.MustCompile(`\$__(env|file)\{([^}]+)\}`)

// grafana ends where Grafana would for lack of a file, of a Secret or of the right to write, and answers Grafana's probes and scrapes.
// What Grafana does beyond that it does not do: it knows no user, draws nothing and asks no data source.
func grafana() error {
	settings, err := readSettings()
	if err != nil {
		return err
	}
	boards, err := readProvisioning()
	if err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	log.Printf("uid %d, gid %d, %d dashboards", os.Getuid(), os.Getgid(), boards)
	return serve(settings.Section("server"))
}

func readSettings() (*ini.File, error) {
	settings, err := ini.Load(settingsFile)
	if err != nil {
		return nil, err
	}
	for _, section := range settings.Sections() {
		for _, key := range section.Keys() {
			var missing error
			key.SetValue(variable.ReplaceAllStringFunc(key.Value(), func(match string) string {
				parts := variable.FindStringSubmatch(match)
				if parts[1] == "env" {
					return os.Getenv(parts[2])
				}
				content, err := os.ReadFile(parts[2])
				if err != nil {
					missing = err
				}
				return strings.TrimSpace(string(content))
			}))
			if missing != nil {
				return nil, fmt.Errorf("%s: [%s] %s: %w", settingsFile, section.Name(), key.Name(), missing)
			}
		}
	}
	return settings, nil
}

// readProvisioning parses every provisioning file and counts the dashboards of the folders that they name.
func readProvisioning() (int, error) {
	files, err := filepath.Glob(provisioning + "/*/*.yaml")
	if err != nil {
		return 0, err
	}
	count := 0
	for _, file := range files {
		var parsed struct {
			Providers []struct {
				Options struct {
					Path string `yaml:"path"`
				} `yaml:"options"`
			} `yaml:"providers"`
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		if err := yaml.Unmarshal(content, &parsed); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		for _, provider := range parsed.Providers {
			boards, err := readDashboards(provider.Options.Path)
			if err != nil {
				return 0, err
			}
			count += boards
		}
	}
	return count, nil
}

func readDashboards(folder string) (int, error) {
	if _, err := os.ReadDir(folder); err != nil {
		return 0, err
	}
	boards, err := filepath.Glob(folder + "/*.json")
	if err != nil {
		return 0, err
	}
	for _, board := range boards {
		content, err := os.ReadFile(board)
		if err != nil {
			return 0, err
		}
		if !json.Valid(content) {
			return 0, fmt.Errorf("%s is not JSON", board)
		}
	}
	return len(boards), nil
}

// write leaves a line in the database's place for each start, so that a test can tell whether the volume is still the same.
func write() error {
	for _, file := range []string{filepath.Join(data, "grafana.db"), filepath.Join(os.TempDir(), "grafana.tmp")} {
		opened, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(opened, "started", time.Now().UTC().Format(time.RFC3339)); err != nil {
			return err
		}
		if err := opened.Close(); err != nil {
			return err
		}
	}
	return nil
}

func serve(server *ini.Section) error {
	prefix := ""
	if server.Key("serve_from_sub_path").MustBool(false) {
		root, err := url.Parse(server.Key("root_url").String())
		if err != nil {
			return err
		}
		prefix = strings.TrimSuffix(root.Path, "/")
	}
	answers := http.NewServeMux()
	answer := func(path, text string) {
		handle := func(writer http.ResponseWriter, _ *http.Request) { _, _ = writer.Write([]byte(text)) }
		answers.HandleFunc(path, handle)
		if prefix != "" {
			answers.HandleFunc(prefix+path, handle)
		}
	}
	answer("/api/health", `{"database": "ok"}`)
	answer("/healthz", "Ok")
	answer("/metrics", "# TYPE grafana_build_info gauge\ngrafana_build_info 1\n")
	address := ":" + server.Key("http_port").MustString("3000")
	if server.Key("protocol").String() == "https" {
		return http.ListenAndServeTLS(address, server.Key("cert_file").String(), server.Key("cert_key").String(), answers)
	}
	return http.ListenAndServe(address, answers)
}
