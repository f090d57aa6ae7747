# Takes a VolumeSnapshot of each claim, waits until all are usable, then deletes those beyond the number to keep.
# Names end in the time, so that their order is that of age.
set -eu

stamp=$(date -u +%Y%m%d-%H%M%S)

for claim in $CLAIMS; do
  kubectl create --namespace "$NAMESPACE" -f - <<END
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata:
  name: $claim-$stamp
  labels:
    app.kubernetes.io/part-of: semantic-router-observability
    semantic-router-observability/backup: $BACKUP
spec:
  ${SNAPSHOT_CLASS:+volumeSnapshotClassName: $SNAPSHOT_CLASS}
  source:
    persistentVolumeClaimName: $claim
END
done

# A line a snapshot: claim, true where it is usable, name.
list() {
  kubectl get volumesnapshots.snapshot.storage.k8s.io --namespace "$NAMESPACE" \
    --selector "semantic-router-observability/backup=$BACKUP" \
    --output 'jsonpath={range .items[*]}{.spec.source.persistentVolumeClaimName}{" "}{.status.readyToUse}{" "}{.metadata.name}{"\n"}{end}'
}

waited=0
for claim in $CLAIMS; do
  until list | grep -qxF "$claim true $claim-$stamp"; do
    if [ "$waited" -ge "$TIMEOUT" ]; then
      echo "error: VolumeSnapshot $claim-$stamp is not usable after $TIMEOUT s; kubectl describe volumesnapshot says why" >&2
      exit 1
    fi
    sleep 5
    waited=$((waited + 5))
  done
  echo "$claim-$stamp is usable"
done

for claim in $CLAIMS; do
  all=$(list)
  oldest=$(echo "$all" | awk -v claim="$claim" '$1 == claim && $2 == "true" { print $3 }' | sort -r | sed -n "${KEEP}p")
  [ -n "$oldest" ] || continue
  for name in $(echo "$all" | awk -v claim="$claim" '$1 == claim { print $NF }' | sort); do
    [ "$name" != "$oldest" ] || break
    kubectl delete volumesnapshots.snapshot.storage.k8s.io --namespace "$NAMESPACE" --wait=false "$name"
  done
done
