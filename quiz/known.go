package quiz

// kubectlCommands are the first words after kubectl.
var kubectlCommands = setOf(`annotate api-resources api-versions apply attach auth autoscale certificate cluster-info
completion config cordon cp create debug delete describe diff drain edit events exec explain expose get kustomize label
logs options patch plugin port-forward proxy replace rollout run scale set taint top uncordon version wait`)

// known are words of Kubernetes and of what surrounds it, as they are compared: lower case, without hyphens, in the singular.
// A typed answer that is one of these, or a typing mistake away from one, is not taken for another. So a word belongs here
// if it looks like another that somebody could be asked for; what is unlike everything else need not be listed.
var known = knownWords(`
kubelet kubectl kubeadm kubeconfig kube-proxy kube-apiserver kube-scheduler kube-controller-manager kube-system kube-public
cloud-controller-manager etcd etcdctl containerd CRI-O runc dockershim CoreDNS kube-dns kustomize kustomization helm
helmfile chart charts release repository registry docker podman buildah skopeo crictl minikube kind k3s calico cilium
flannel fluentd prometheus grafana jaeger istio envoy linkerd metrics-server

Pod Deployment ReplicaSet StatefulSet DaemonSet Job CronJob ReplicationController Service Ingress IngressClass Egress
EndpointSlice Endpoints NetworkPolicy ConfigMap Secret ServiceAccount Role ClusterRole RoleBinding ClusterRoleBinding
PersistentVolume PersistentVolumeClaim StorageClass VolumeAttachment Volume Namespace Node ResourceQuota LimitRange
HorizontalPodAutoscaler VerticalPodAutoscaler PodDisruptionBudget PriorityClass RuntimeClass CustomResourceDefinition
CustomResource Operator Controller Gateway GatewayClass HTTPRoute Lease Event Binding PodTemplate

apiVersion metadata spec status selector template labels label annotations annotation container containers
initContainers ephemeralContainers image images imagePullPolicy imagePullSecrets command args env envFrom configMapRef
configMapKeyRef secretRef secretKeyRef fieldRef resourceFieldRef valueFrom volumeMounts volumeMount volumes mountPath
subPath subPathExpr hostPath hostPort hostname hostNetwork nodePort nodeName nodeNames nodeSelector containerPort
targetPort port ports protocol clusterIP loadBalancer externalName externalIP resources requests limits request limit
livenessProbe readinessProbe startupProbe liveness readiness startup probe httpGet tcpSocket grpc exec postStart preStop
lifecycle restartPolicy replicas replica strategy rollingUpdate recreate maxSurge maxUnavailable minAvailable minReadySeconds
progressDeadlineSeconds revisionHistoryLimit activeDeadlineSeconds terminationGracePeriodSeconds periodSeconds
timeoutSeconds initialDelaySeconds successThreshold failureThreshold backoffLimit completions parallelism suspend
schedule startingDeadlineSeconds concurrencyPolicy successfulJobsHistoryLimit failedJobsHistoryLimit ttlSecondsAfterFinished
tolerations toleration taint affinity antiAffinity nodeAffinity podAffinity podAntiAffinity topologyKey
topologySpreadConstraints matchLabels matchExpressions securityContext podSecurityContext runAsUser runAsGroup runAsNonRoot
fsGroup capabilities capability privileged readOnlyRootFilesystem allowPrivilegeEscalation seccompProfile seccomp apparmor
serviceAccountName automountServiceAccountToken emptyDir projected downwardAPI configuration configure immutable data
stringData storageClassName accessModes accessMode reclaimPolicy ingressClassName pathType path paths backend backends
rules rule host hosts podSelector namespaceSelector ipBlock policyTypes policy policies

Always Never OnFailure IfNotPresent NoSchedule NoExecute PreferNoSchedule Forbid Allow Replace Retain Remain Delete Recycle
RollingUpdate OnDelete Guaranteed Burstable BestEffort ReadWriteOnce ReadWriteMany ReadOnlyMany ReadWriteOncePod Prefix
Exact ImplementationSpecific Running Pending Succeeded Failed Unknown Completed Complete CrashLoopBackOff ImagePullBackOff
ErrImagePull OOMKilled Evicted Terminating ContainerCreating CreateContainerConfigError restricted baseline enforce
audit warn cluster local external internal

annotate apply attach auth autoscale certificate completion config cordon create debug delete describe diff drain edit
events explain expose get label logs patch plugin port-forward proxy replace rollout rollback run scale set top uncordon
version wait status history undo pause resume restart install upgrade uninstall lint pull push build tag prune purge
overlay overlays base bases patches component components generator generators transformer transformers namePrefix
nameSuffix configMapGenerator secretGenerator

sidecar ambassador adapter canary blue green admission authentication authorization authorize authenticate mutating
validating webhook webhooks aggregation scheduler scheduling schedule preemption eviction finalizer owner reconcile
readiness gate quota namespace ephemeral persistent static dynamic provisioner snapshot claim headless endpoint selectorless
certificate token kubeconfig context contexts cluster clusters user users group groups verb verbs resource subresource
`)

func knownWords(list string) map[string]bool {
	all := map[string]bool{}
	for w := range setOf(list) {
		all[normalWord(w)] = true
	}
	return all
}

// normalWord is a single word as normal and joined leave it.
func normalWord(w string) string { return singular(joined(normal(w))) }
