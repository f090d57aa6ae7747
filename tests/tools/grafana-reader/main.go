// grafana-reader reads Grafana's configuration with the libraries that Grafana reads it with, and logs in to a directory as Grafana does.
//
//	grafana-reader ini FILE                      prints grafana.ini as JSON, variables expanded
//	grafana-reader role EXPRESSION JSON          prints what the expression finds, or nothing
//	grafana-reader login FILE USER < PASSWORD    prints who ldap.toml says the user is, as JSON
//	grafana-reader api URL USER MEMBER < PASSWORD  asks a server by Grafana's own client, and prints the answers as JSON
//	grafana-reader version                       prints the version of the INI library
//
// The order of steps is that of Grafana's packages pkg/setting and pkg/services/ldap.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/go-ldap/ldap/v3"
	"github.com/jmespath/go-jmespath"
	"gopkg.in/ini.v1"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "version":
		return version()
	case len(arguments) == 2 && arguments[0] == "ini":
		return readIni(arguments[1])
	case len(arguments) == 3 && arguments[0] == "role":
		return searchRole(arguments[1], arguments[2])
	case len(arguments) == 3 && arguments[0] == "login":
		password, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return login(arguments[1], arguments[2], string(password))
	case len(arguments) == 4 && arguments[0] == "api":
		password, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return askApi(arguments[1], arguments[2], string(password), arguments[3])
	}
	return errors.New("usage: grafana-reader version | ini FILE | role EXPRESSION JSON | login FILE USER | api URL USER MEMBER")
}

func version() error {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "gopkg.in/ini.v1" {
			fmt.Println("grafana-reader", strings.TrimPrefix(dependency.Version, "v"))
		}
	}
	return nil
}

var variable = regexp.MustCompile(`\$(__env|__file|)\{([^}]+)\}`)

// expand replaces variables: those of the environment first, then files, whose content is not looked at again.
func expand(text string) (string, error) {
	for _, kind := range []string{"__env", "__file"} {
		for _, match := range variable.FindAllStringSubmatch(text, -1) {
			var value string
			switch {
			case kind == "__env" && (match[1] == kind || match[1] == ""):
				value = os.Getenv(match[2])
			case kind == "__file" && match[1] == kind:
				content, err := os.ReadFile(match[2])
				if err != nil {
					return "", err
				}
				value = strings.TrimSpace(string(content))
			default:
				continue
			}
			text = strings.Replace(text, match[0], value, 1)
		}
	}
	return text, nil
}

func readIni(path string) error {
	file, err := ini.Load(path)
	if err != nil {
		return err
	}
	sections := map[string]map[string]string{}
	for _, section := range file.Sections() {
		sections[section.Name()] = map[string]string{}
		for _, key := range section.Keys() {
			value, err := expand(key.Value())
			if err != nil {
				return err
			}
			key.SetValue(value)
			sections[section.Name()][key.Name()] = key.String()
		}
	}
	return json.NewEncoder(os.Stdout).Encode(sections)
}

// searchRole prints the role; like Grafana it takes a failed search and anything but text as no role.
func searchRole(expression, document string) error {
	var value any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		return err
	}
	found, err := jmespath.Search(expression, value)
	if role, ok := found.(string); err == nil && ok {
		fmt.Println(role)
	}
	return nil
}

type server struct {
	Host                 string            `toml:"host"`
	Port                 int               `toml:"port"`
	UseSSL               bool              `toml:"use_ssl"`
	StartTLS             bool              `toml:"start_tls"`
	SkipVerify           bool              `toml:"ssl_skip_verify"`
	MinTLSVersion        string            `toml:"min_tls_version"`
	RootCA               string            `toml:"root_ca_cert"`
	ClientCert           string            `toml:"client_cert"`
	ClientKey            string            `toml:"client_key"`
	BindDN               string            `toml:"bind_dn"`
	BindPassword         string            `toml:"bind_password"`
	Timeout              int               `toml:"timeout"`
	SearchFilter         string            `toml:"search_filter"`
	SearchBases          []string          `toml:"search_base_dns"`
	GroupFilter          string            `toml:"group_search_filter"`
	GroupBases           []string          `toml:"group_search_base_dns"`
	GroupFilterAttribute string            `toml:"group_search_filter_user_attribute"`
	Attributes           map[string]string `toml:"attributes"`
	Groups               []group           `toml:"group_mappings"`
}

type group struct {
	DN           string `toml:"group_dn"`
	Role         string `toml:"org_role"`
	GrafanaAdmin bool   `toml:"grafana_admin"`
	OrgID        int    `toml:"org_id"`
}

type user struct {
	Login, Name, Email string
	Groups             []string
	Roles              map[int]string
	GrafanaAdmin       bool
}

// login tries the servers one after another, as Grafana does.
func login(path, name, password string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := expand(string(content))
	if err != nil {
		return err
	}
	var config struct {
		Servers []server `toml:"servers"`
	}
	meta, err := toml.Decode(text, &config)
	if err != nil {
		return err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("keys that Grafana does not know: %v", unknown)
	}
	for _, one := range config.Servers {
		var found *user
		if found, err = one.login(name, password); err == nil {
			return json.NewEncoder(os.Stdout).Encode(found)
		}
	}
	return err
}

func (s server) login(name, password string) (*user, error) {
	connection, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	alone := strings.Contains(s.BindDN, "%s")
	switch {
	case s.BindPassword != "":
		err = connection.Bind(s.BindDN, s.BindPassword)
	case alone:
		err = connection.Bind(strings.ReplaceAll(s.BindDN, "%s", name), password)
	default:
		err = connection.UnauthenticatedBind(s.BindDN)
	}
	if err != nil {
		return nil, err
	}
	entry, err := s.find(connection, name)
	if err != nil {
		return nil, err
	}
	found, err := s.describe(connection, entry)
	if err != nil {
		return nil, err
	}
	if len(s.Groups) > 0 && len(found.Roles) == 0 && !found.GrafanaAdmin {
		return nil, errors.New("is in none of the groups")
	}
	if !alone {
		err = connection.Bind(entry.DN, password)
	}
	return found, err
}

func (s server) dial() (*ldap.Conn, error) {
	pool, certificates, err := s.certificates()
	if err != nil {
		return nil, err
	}
	minimum := map[string]uint16{"": 0, "TLS1.2": tls.VersionTLS12, "TLS1.3": tls.VersionTLS13}[s.MinTLSVersion]
	for _, host := range strings.Split(s.Host, " ") {
		secure := &tls.Config{ServerName: host, RootCAs: pool, Certificates: certificates, InsecureSkipVerify: s.SkipVerify, MinVersion: minimum}
		address := net.JoinHostPort(host, strconv.Itoa(s.Port))
		dialer := ldap.DialWithDialer(&net.Dialer{Timeout: time.Duration(s.Timeout) * time.Second})
		var connection *ldap.Conn
		switch {
		case s.UseSSL && s.StartTLS:
			if connection, err = ldap.DialURL("ldap://"+address, dialer); err == nil {
				err = connection.StartTLS(secure)
			}
		case s.UseSSL:
			connection, err = ldap.DialURL("ldaps://"+address, dialer, ldap.DialWithTLSConfig(secure))
		default:
			connection, err = ldap.DialURL("ldap://"+address, dialer)
		}
		if err == nil {
			return connection, nil
		}
	}
	return nil, err
}

func (s server) certificates() (*x509.CertPool, []tls.Certificate, error) {
	var pool *x509.CertPool
	if s.RootCA != "" {
		pem, err := os.ReadFile(s.RootCA)
		if err != nil {
			return nil, nil, err
		}
		pool = x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, nil, errors.New("no certificate in " + s.RootCA)
		}
	}
	if s.ClientCert == "" {
		return pool, nil, nil
	}
	pair, err := tls.LoadX509KeyPair(s.ClientCert, s.ClientKey)
	return pool, []tls.Certificate{pair}, err
}

func (s server) search(connection *ldap.Conn, bases []string, filter string, attributes ...string) ([]*ldap.Entry, error) {
	var entries []*ldap.Entry
	for _, base := range bases {
		request := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil)
		result, err := connection.Search(request)
		if err != nil {
			return nil, err
		}
		entries = append(entries, result.Entries...)
	}
	return entries, nil
}

func (s server) find(connection *ldap.Conn, name string) (*ldap.Entry, error) {
	attributes := []string{}
	for _, attribute := range s.Attributes {
		attributes = append(attributes, attribute)
	}
	if s.GroupFilterAttribute != "" {
		attributes = append(attributes, s.GroupFilterAttribute)
	}
	filter := "(|" + strings.ReplaceAll(s.SearchFilter, "%s", ldap.EscapeFilter(name)) + ")"
	entries, err := s.search(connection, s.SearchBases, filter, attributes...)
	if err == nil && len(entries) == 0 {
		err = errors.New("is not in the directory")
	}
	if err != nil {
		return nil, err
	}
	return entries[0], nil
}

func (s server) describe(connection *ldap.Conn, entry *ldap.Entry) (*user, error) {
	value := func(what string) string { return entry.GetAttributeValue(s.Attributes[what]) }
	found := &user{
		Login:  value("username"),
		Name:   strings.TrimSpace(value("name") + " " + value("surname")),
		Email:  value("email"),
		Groups: entry.GetAttributeValues(s.Attributes["member_of"]),
		Roles:  map[int]string{},
	}
	if s.GroupFilter != "" {
		attribute := s.GroupFilterAttribute
		if attribute == "" {
			attribute = s.Attributes["username"]
		}
		bases := s.GroupBases
		if len(bases) == 0 {
			bases = s.SearchBases
		}
		filter := strings.ReplaceAll(s.GroupFilter, "%s", ldap.EscapeFilter(entry.GetAttributeValue(attribute)))
		groups, err := s.search(connection, bases, filter, "dn")
		if err != nil {
			return nil, err
		}
		found.Groups = nil
		for _, one := range groups {
			found.Groups = append(found.Groups, one.DN)
		}
	}
	for _, mapping := range s.Groups {
		if found.Roles[mapping.OrgID] == "" && isMember(found.Groups, mapping.DN) {
			found.Roles[mapping.OrgID] = mapping.Role
			found.GrafanaAdmin = found.GrafanaAdmin || mapping.GrafanaAdmin
		}
	}
	return found, nil
}

func isMember(groups []string, group string) bool {
	for _, one := range groups {
		if strings.EqualFold(one, group) {
			return true
		}
	}
	return group == "*"
}
