{{- define "mesh.name" -}}multicluster-mesh{{- end -}}
{{- define "mesh.hub" -}}multicluster-mesh-hub-controller{{- end -}}
{{- define "mesh.uninstall" -}}multicluster-mesh-uninstall{{- end -}}

{{- define "mesh.labels" -}}
app.kubernetes.io/name: multicluster-mesh
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{- end -}}

{{- define "mesh.hubSelector" -}}
app.kubernetes.io/name: multicluster-mesh
app.kubernetes.io/component: hub-controller
{{- end -}}

{{/* The version of OCM's add-on API; without a hub to ask, the one that every release of OCM has served so far. */}}
{{- define "mesh.addOnApi" -}}
{{- $group := "addon.open-cluster-management.io" -}}
{{- $kind := "ClusterManagementAddOn" -}}
{{- $served := .Capabilities.APIVersions -}}
{{- if ne .Values.addOn.apiVersion "auto" -}}
{{ .Values.addOn.apiVersion }}
{{- else if and (not ($served.Has (printf "%s/v1alpha1/%s" $group $kind))) ($served.Has (printf "%s/v1beta1/%s" $group $kind)) -}}
v1beta1
{{- else -}}
v1alpha1
{{- end -}}
{{- end -}}

{{/* An image as one reference; (list image appVersion). */}}
{{- define "mesh.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 1) }}
{{- end -}}
{{- end -}}
