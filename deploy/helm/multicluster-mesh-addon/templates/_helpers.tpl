{{- define "mesh.name" -}}multicluster-mesh{{- end -}}
{{- define "mesh.hub" -}}multicluster-mesh-hub-controller{{- end -}}

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

{{/* An image as one reference; (list image appVersion). */}}
{{- define "mesh.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 1) }}
{{- end -}}
{{- end -}}
