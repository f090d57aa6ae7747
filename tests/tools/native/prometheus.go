//go:build prometheus

package main

import (
	"errors"
	"log/slog"
	"reflect"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	_ "github.com/prometheus/prometheus/discovery/install"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// expand returns a type with the fields that discovery mechanisms have registered.
func expand(t reflect.Type) reflect.Type {
	for i := range t.NumField() {
		if t.Field(i).Type == reflect.TypeFor[discovery.Configs]() {
			stop := errors.New("stop")
			_ = discovery.UnmarshalYAMLWithInlineConfigs(reflect.New(t).Interface(), func(out any) error {
				t = reflect.TypeOf(out).Elem()
				return stop
			})
			return t
		}
	}
	return t
}

func describe() schema {
	s := schema{Roots: map[string]string{}, Types: map[string]map[string]string{}}
	s.Roots["scrape_config"] = s.describe(reflect.TypeFor[config.ScrapeConfig]())
	s.Roots["remote_write"] = s.describe(reflect.TypeFor[config.RemoteWriteConfig]())
	s.Roots["rule_group"] = s.describe(reflect.TypeFor[rulefmt.RuleGroup]())
	return s
}

// load reads a whole configuration, or a file of rules where it has groups.
func load(text string) error {
	if len(text) > 9 && text[:9] == `{"groups"` {
		_, errs := rulefmt.Parse([]byte(text), false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
		return errors.Join(errs...)
	}
	_, err := config.Load(text, slog.New(slog.DiscardHandler))
	return err
}
