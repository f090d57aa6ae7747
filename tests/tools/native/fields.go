// Prints what a program's configuration types accept, and what the program says of configurations, one a line.
package main

import (
	"bufio"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// version is set by the linker.
var version string

// schema names the type of each field. A type is written as Go writes it: "[]" before the type of the items, "{}" before that of a map's
// values, "#" before one with fields, "@" before a text that the program reads with a method of its own. The field "*" stands for all others.
type schema struct {
	Roots map[string]string            `json:"roots"`
	Types map[string]map[string]string `json:"types"`
}

type yamlUnmarshaler interface{ UnmarshalYAML(func(any) error) error }

func implements[T any](t reflect.Type) bool {
	wanted := reflect.TypeFor[T]()
	return t.Implements(wanted) || reflect.PointerTo(t).Implements(wanted)
}

func name(t reflect.Type) string {
	path := strings.TrimPrefix(t.PkgPath(), "github.com/")
	path = strings.TrimPrefix(path, "prometheus/")
	return path + "." + t.Name()
}

// hasKeys tells whether a struct is a mapping in YAML, and not a text that its own method reads.
func hasKeys(t reflect.Type) bool {
	for i := range t.NumField() {
		if _, tagged := t.Field(i).Tag.Lookup("yaml"); tagged {
			return true
		}
	}
	return false
}

func ownMethod(t reflect.Type) bool {
	_, yaml3 := reflect.PointerTo(t).MethodByName("UnmarshalYAML")
	return implements[yamlUnmarshaler](t) || yaml3 || implements[encoding.TextUnmarshaler](t)
}

func (s *schema) describe(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return s.describe(t.Elem())
	}
	if t.PkgPath() != "" && ownMethod(t) && (t.Kind() != reflect.Struct || !hasKeys(t)) {
		return "@" + name(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		s.add(t)
		return "#" + name(t)
	case reflect.Slice, reflect.Array:
		return "[]" + s.describe(t.Elem())
	case reflect.Map:
		return "{}" + s.describe(t.Elem())
	case reflect.Interface:
		return "any"
	}
	if t.PkgPath() != "" {
		return "@" + name(t)
	}
	return t.Kind().String()
}

func (s *schema) add(t reflect.Type) {
	if _, known := s.Types[name(t)]; known {
		return
	}
	fields := map[string]string{}
	s.Types[name(t)] = fields
	s.collect(expand(t), fields)
}

func (s *schema) collect(t reflect.Type, fields map[string]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if key == "-" || !field.IsExported() || field.Type == reflect.TypeFor[*http.Client]() {
			continue
		}
		if strings.Contains(options, "inline") {
			inner := field.Type
			for inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				s.collect(inner, fields)
			} else {
				fields["*"] = s.describe(inner.Elem())
			}
			continue
		}
		if key == "" {
			key = strings.ToLower(field.Name)
		}
		fields[key] = s.describe(field.Type)
	}
}

// judge reads a configuration; one that ends the program is refused too.
func judge(text string) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	return load(text)
}

func print(value any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
}

// classes returns the classes of characters that regular expressions take: exact names, and those that Go takes besides.
func classes() map[string][]string {
	names, aliases := []string{"Any"}, []string{"ASCII", "Assigned"}
	names = slices.AppendSeq(names, maps.Keys(unicode.Categories))
	names = slices.AppendSeq(names, maps.Keys(unicode.Scripts))
	aliases = slices.AppendSeq(aliases, maps.Keys(unicode.CategoryAliases))
	slices.Sort(names)
	slices.Sort(aliases)
	return map[string][]string{"aliases": aliases, "names": names}
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "version":
			fmt.Println(version)
		case "fields":
			print(describe())
		case "unicode":
			print(classes())
		}
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		verdict := "ok"
		if err := judge(lines.Text()); err != nil {
			verdict = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Println(verdict)
	}
}
