//go:build alertmanager

package main

import (
	"reflect"

	"github.com/prometheus/alertmanager/config"
)

func expand(t reflect.Type) reflect.Type { return t }

func describe() schema {
	s := schema{Roots: map[string]string{}, Types: map[string]map[string]string{}}
	s.Roots["receiver"] = s.describe(reflect.TypeFor[config.Receiver]())
	return s
}

func load(text string) error {
	_, err := config.Load(text)
	return err
}
