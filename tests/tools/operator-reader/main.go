// operator-reader shows what prometheus-operator makes of objects, with the operator's own code and without a cluster.
//
//	operator-reader select    reads a JSON list of objects (Prometheus, Namespace, PodMonitor, ServiceMonitor, PrometheusRule) from standard
//	                          input; prints the configuration and the rule files of the Prometheus, what was rejected, and what the
//	                          admission webhook says of each rule object
//	operator-reader notify    reads a JSON list of objects (Alertmanager, AlertmanagerConfig, Secret) from standard input; prints the
//	                          configuration of the Alertmanager, whose own routes notify nobody
//	operator-reader version   prints the operator's version
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"strings"

	"github.com/blang/semver/v4"
	"github.com/prometheus/client_golang/prometheus"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/yaml"

	"github.com/prometheus-operator/prometheus-operator/pkg/admission"
	"github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	validation "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager/validation/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus-operator/prometheus-operator/pkg/informers"
	"github.com/prometheus-operator/prometheus-operator/pkg/namespacelabeler"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	operated "github.com/prometheus-operator/prometheus-operator/pkg/prometheus"
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
	case len(arguments) == 1 && arguments[0] == "select":
		return selected()
	case len(arguments) == 1 && arguments[0] == "notify":
		return notified()
	default:
		return errors.New("usage: operator-reader select|notify|version")
	}
}

// stored is an informer of a fixed set of objects, which never starts.
type stored struct{ cache.SharedIndexInformer }

func newStored() stored {
	indexers := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	return stored{cache.NewSharedIndexInformer(&cache.ListWatch{}, nil, 0, indexers)}
}

func (s stored) Informer() cache.SharedIndexInformer { return s.SharedIndexInformer }

func (s stored) Lister() cache.GenericLister {
	return cache.NewGenericLister(s.GetIndexer(), schema.GroupResource{Group: monitoringv1.SchemeGroupVersion.Group})
}

func (s stored) ForResource(string, schema.GroupVersionResource) (informers.InformLister, error) {
	return s, nil
}

func (s stored) Namespaces() sets.Set[string] { return sets.New("") }

func (s stored) list(namespace string, selector labels.Selector, found cache.AppendFunc) error {
	return cache.ListAllByNamespace(s.GetIndexer(), namespace, selector, found)
}

type answer struct {
	Config    string            `json:"config"`
	Rules     map[string]string `json:"rules"`
	Rejected  []string          `json:"rejected"`
	Admission map[string]string `json:"admission"`
	Monitors  []string          `json:"monitors"`
}

func selected() error {
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return err
	}
	kinds := map[string]stored{}
	for _, kind := range []string{"Namespace", "PodMonitor", "ServiceMonitor", "PrometheusRule"} {
		kinds[kind] = newStored()
	}
	var server *monitoringv1.Prometheus
	found := answer{Rules: map[string]string{}, Admission: map[string]string{}}
	for _, object := range objects {
		var head metav1.TypeMeta
		if err := json.Unmarshal(object, &head); err != nil {
			return err
		}
		var typed runtime.Object
		switch head.Kind {
		case "Prometheus":
			server = &monitoringv1.Prometheus{}
			typed = server
		case "Namespace":
			typed = &corev1.Namespace{}
		case "PodMonitor":
			typed = &monitoringv1.PodMonitor{}
		case "ServiceMonitor":
			typed = &monitoringv1.ServiceMonitor{}
		case "PrometheusRule":
			typed = &monitoringv1.PrometheusRule{}
		default:
			return fmt.Errorf("unknown kind %q", head.Kind)
		}
		if err := yaml.UnmarshalStrict(object, typed); err != nil {
			return fmt.Errorf("%s: %w", head.Kind, err)
		}
		if head.Kind == "PrometheusRule" {
			verdict, err := admitted(object)
			if err != nil {
				return err
			}
			found.Admission[typed.(*monitoringv1.PrometheusRule).Name] = verdict
		}
		if store, isStored := kinds[head.Kind]; isStored {
			if err := store.GetIndexer().Add(typed); err != nil {
				return err
			}
		}
	}
	if server == nil {
		return errors.New("no Prometheus among the objects")
	}
	events := record.NewFakeRecorder(1000)
	if err := found.configure(server, kinds, events); err != nil {
		return err
	}
	if err := found.collect(server, kinds, events); err != nil {
		return err
	}
	close(events.Events)
	for event := range events.Events {
		found.Rejected = append(found.Rejected, event)
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// configure fills in the configuration, from the monitors that the Prometheus selects.
func (a *answer) configure(server *monitoringv1.Prometheus, kinds map[string]stored, events record.EventRecorder) error {
	store := assets.NewTestStoreBuilder()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	metrics := operator.NewMetrics(prometheus.NewRegistry())
	selector, err := operated.NewResourceSelector(logger, server, store, kinds["Namespace"], metrics, events)
	if err != nil {
		return err
	}
	services, err := selector.SelectServiceMonitors(context.Background(), kinds["ServiceMonitor"].list)
	if err != nil {
		return err
	}
	pods, err := selector.SelectPodMonitors(context.Background(), kinds["PodMonitor"].list)
	if err != nil {
		return err
	}
	for name := range services.ValidResources() {
		a.Monitors = append(a.Monitors, "ServiceMonitor "+name)
	}
	for name := range pods.ValidResources() {
		a.Monitors = append(a.Monitors, "PodMonitor "+name)
	}
	generator, err := operated.NewConfigGenerator(logger, server, operated.WithEndpointSliceSupport())
	if err != nil {
		return err
	}
	config, err := generator.GenerateServerConfiguration(
		server, services.ValidResources(), pods.ValidResources(), nil, nil, store, nil, nil, nil, nil)
	a.Config = string(config)
	return err
}

// collect fills in the rule files.
func (a *answer) collect(server *monitoringv1.Prometheus, kinds map[string]stored, events record.EventRecorder) error {
	informer, err := informers.NewInformersForResource(kinds["PrometheusRule"], monitoringv1.SchemeGroupVersion.WithResource("prometheusrules"))
	if err != nil {
		return err
	}
	namespaces := []string{server.Namespace}
	if server.Spec.RuleNamespaceSelector != nil {
		selector, err := metav1.LabelSelectorAsSelector(server.Spec.RuleNamespaceSelector)
		if err != nil {
			return err
		}
		if namespaces, err = operator.ListMatchingNamespaces(selector, kinds["Namespace"]); err != nil {
			return err
		}
	}
	labeler := namespacelabeler.New(server.Spec.EnforcedNamespaceLabel, server.Spec.ExcludedFromEnforcement, false)
	version := operator.StringValOrDefault(server.Spec.Version, operator.DefaultPrometheusVersion)
	rules, err := operator.NewPrometheusRuleSelector(operator.PrometheusFormat, version, server.Spec.RuleSelector, labeler, informer, events,
		slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	a.Rules, _, err = rules.Select(namespaces)
	return err
}

// notified prints the configuration that the operator makes of AlertmanagerConfig objects.
func notified() error {
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return err
	}
	var server monitoringv1.Alertmanager
	var secrets []any
	configs := map[string]*monitoringv1alpha1.AlertmanagerConfig{}
	for _, object := range objects {
		var head metav1.TypeMeta
		if err := json.Unmarshal(object, &head); err != nil {
			return err
		}
		switch head.Kind {
		case "Alertmanager":
			if err := yaml.UnmarshalStrict(object, &server); err != nil {
				return err
			}
		case "Secret":
			secret := &corev1.Secret{}
			if err := yaml.UnmarshalStrict(object, secret); err != nil {
				return err
			}
			secrets = append(secrets, secret)
		case "AlertmanagerConfig":
			config := &monitoringv1alpha1.AlertmanagerConfig{}
			if err := yaml.UnmarshalStrict(object, config); err != nil {
				return err
			}
			if err := validation.ValidateAlertmanagerConfig(config); err != nil {
				return err
			}
			configs[config.Namespace+"/"+config.Name] = config
		default:
			return fmt.Errorf("unknown kind %q", head.Kind)
		}
	}
	version, err := semver.ParseTolerant(operator.StringValOrDefault(server.Spec.Version, operator.DefaultAlertmanagerVersion))
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	builder := alertmanager.NewConfigBuilder(logger, version, assets.NewTestStoreBuilder(secrets...), &server)
	if err := builder.InitializeFromRawConfiguration([]byte("route: {receiver: elsewhere}\nreceivers: [{name: elsewhere}]")); err != nil {
		return err
	}
	if err := builder.AddAlertmanagerConfigs(context.Background(), configs); err != nil {
		return err
	}
	config, err := builder.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(config)
	return err
}

// admitted asks the operator's webhook about a rule object; empty: allowed.
func admitted(object json.RawMessage) (string, error) {
	review := admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID:      "1",
			Resource: metav1.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: "prometheusrules"},
			Object:   runtime.RawExtension{Raw: object},
		},
	}
	body, err := json.Marshal(review)
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	admission.New(slog.New(slog.DiscardHandler)).Register(mux)
	request := httptest.NewRequest(http.MethodPost, "/admission-prometheusrules/validate", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorded := httptest.NewRecorder()
	mux.ServeHTTP(recorded, request)
	var reply admissionv1.AdmissionReview
	if err := json.Unmarshal(recorded.Body.Bytes(), &reply); err != nil {
		return "", fmt.Errorf("webhook: %w: %s", err, recorded.Body.String())
	}
	if reply.Response.Allowed {
		return "", nil
	}
	message := []string{reply.Response.Result.Message}
	if details := reply.Response.Result.Details; details != nil {
		for _, cause := range details.Causes {
			message = append(message, cause.Message)
		}
	}
	return strings.Join(message, ": "), nil
}

func version() error {
	information, _ := debug.ReadBuildInfo()
	for _, dependency := range information.Deps {
		if dependency.Path == "github.com/prometheus-operator/prometheus-operator" {
			fmt.Println(strings.TrimPrefix(dependency.Version, "v"))
			return nil
		}
	}
	return errors.New("built without prometheus-operator")
}
