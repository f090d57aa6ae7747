#!/usr/bin/env bash
# try.sh up: apply dist/ to a local cluster, before two routers that replay a recording; makes a cluster where there is none.
# try.sh open: forward Grafana and Prometheus to this machine until Ctrl-C.   try.sh down: remove what `up` made.
# CONTEXT names another context of kubectl than a local one.
set -euo pipefail
cd "$(dirname "$0")/../.."

namespace=vllm-semantic-router-system
mark=semantic-router-observability/try
cluster=semantic-router-try
local_contexts='^(kind-.*|k3d-.*|minikube|docker-desktop|rancher-desktop|orbstack|colima|'$cluster')$'

fail() {
  echo "error: $1" >&2
  exit 2
}

# What happens now, for someone who watches; in a pipe or a file there is only what kubectl prints.
step() { [ ! -t 2 ] || echo "$1" >&2; }

on() { kubectl --context "$context" "$@"; }

has_context() { kubectl config get-contexts --output name | grep -qx "$1"; }

choose() {
  command -v kubectl >/dev/null || fail 'kubectl is not installed; see https://kubernetes.io/docs/tasks/tools/'
  context=${CONTEXT:-$(kubectl config current-context 2>/dev/null || true)}
  [ -z "${CONTEXT:-}" ] || return 0
  for ours in "kind-$cluster" "k3d-$cluster" "$cluster"; do
    if has_context "$ours"; then
      context=$ours
      return 0
    fi
  done
  ! grep -qE "$local_contexts" <<<"$context" || return 0
  [ "$1" = make ] || fail "no cluster of make try was found; CONTEXT=NAME names the one in which it is"
  if command -v kind >/dev/null; then
    step "making cluster $cluster with kind; the first time takes minutes"
    kind create cluster --name "$cluster"
    context=kind-$cluster
  elif command -v k3d >/dev/null; then
    step "making cluster $cluster with k3d; the first time takes minutes"
    k3d cluster create "$cluster"
    context=k3d-$cluster
  elif command -v minikube >/dev/null; then
    step "making cluster $cluster with minikube; the first time takes minutes"
    minikube start --profile "$cluster"
    context=$cluster
  else
    fail "the context of kubectl, '$context', is no local cluster; install kind, k3d or minikube, or give CONTEXT=NAME for a cluster to try it in"
  fi
}

marked() { on get namespaces --selector "$mark=true" --output name | grep -qx "namespace/$namespace"; }

up() {
  choose make
  echo "cluster: $context"
  step "preparing namespace $namespace"
  if [ -z "$(on get namespace "$namespace" --ignore-not-found --output name)" ]; then
    on create namespace "$namespace"
    on label namespace "$namespace" "$mark=true" pod-security.kubernetes.io/enforce=restricted
  elif ! marked; then
    fail "namespace $namespace of $context exists and was not made by make try: a router or a stack may be in it; give CONTEXT=NAME of another cluster"
  fi
  if [ -z "$(on --namespace "$namespace" get secret grafana-admin --ignore-not-found --output name)" ]; then
    head -c 18 /dev/urandom | base64 | tr -d '\n' |
      on --namespace "$namespace" create secret generic grafana-admin --from-literal=admin-user=admin --from-file=admin-password=/dev/stdin
  fi
  step "applying two simulated routers"
  on --namespace "$namespace" create configmap semantic-router-replay --dry-run=client --output yaml \
    --from-file=examples/try/replay.py --from-file=tests/recorded/phases.om.xz | on apply --server-side --filename -
  on --namespace "$namespace" apply --filename examples/try/router.yaml
  step "applying dist/"
  on apply --filename dist/
  for workload in deployment/semantic-router statefulset/prometheus statefulset/grafana; do
    step "waiting for $workload, 10 minutes at the most"
    on --namespace "$namespace" rollout status "$workload" --timeout 10m
  done
}

open_both() {
  choose find
  marked || fail "no stack of make try is in $context; run make try"
  on --namespace "$namespace" port-forward service/prometheus 9090:9090 >/dev/null &
  trap 'kill %1 2>/dev/null' EXIT
  password=$(on --namespace "$namespace" get secret grafana-admin --output 'jsonpath={.data.admin-password}' | base64 -d)
  echo "Grafana      http://localhost:3000   user admin, password $password"
  echo "Prometheus   http://localhost:9090"
  echo "Panels fill within a few minutes. Ctrl-C ends the forwarding, make try-down removes everything."
  on --namespace "$namespace" port-forward service/grafana 3000:3000 >/dev/null
}

down() {
  choose find
  case $context in
    "kind-$cluster") kind delete cluster --name "$cluster" ;;
    "k3d-$cluster") k3d cluster delete "$cluster" ;;
    "$cluster") minikube delete --profile "$cluster" ;;
    *)
      marked || fail "namespace $namespace of $context was not made by make try, so it stays"
      on delete namespace "$namespace"
      ;;
  esac
}

case ${1:-} in
  up) up ;;
  open) open_both ;;
  down) down ;;
  *) fail 'usage: try.sh up|open|down' ;;
esac
