/** The CRD that the contract is written on: every feature of a structural schema that our own CRDs and others' use. */
export const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.contract.example.com" },
  spec: {
    group: "contract.example.com",
    scope: "Namespaced",
    names: { kind: "Widget", listKind: "WidgetList", plural: "widgets", singular: "widget", shortNames: ["wdg"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Size", type: "integer", jsonPath: ".spec.size" },
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: "Color", type: "string", jsonPath: ".spec.color", priority: 1 },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: { type: "object" },
              spec: {
                type: "object",
                properties: {
                  size: { type: "integer", format: "int64", minimum: 0, maximum: 100, default: 1 },
                  color: { type: "string", enum: ["red", "green"] },
                  code: { type: "string", pattern: "^[a-z]+$", maxLength: 5 },
                  fixed: {
                    type: "string",
                    maxLength: 10,
                    "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "fixed is immutable" }]
                  },
                  maybe: { type: "string", nullable: true },
                  port: { "x-kubernetes-int-or-string": true },
                  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  labels: { type: "object", additionalProperties: { type: "string" } },
                  whole: {
                    type: "object",
                    "x-kubernetes-map-type": "atomic",
                    properties: { a: { type: "string" }, b: { type: "string" } }
                  },
                  tags: {
                    type: "array",
                    "x-kubernetes-list-type": "set",
                    maxItems: 4,
                    items: { type: "string", maxLength: 20 }
                  },
                  order: { type: "array", "x-kubernetes-list-type": "atomic", items: { type: "string" } },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    maxItems: 8,
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: {
                        name: { type: "string", maxLength: 20 },
                        weight: { type: "integer", default: 7 },
                        note: { type: "string" }
                      }
                    }
                  },
                  first: { type: "string", maxLength: 20 },
                  second: { type: "string", maxLength: 20 }
                },
                "x-kubernetes-validations": [
                  { rule: "has(self.first) == has(self.second)", message: "first and second go together" }
                ]
              },
              status: {
                type: "object",
                properties: {
                  seen: { type: "integer" },
                  conditions: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    items: {
                      type: "object",
                      required: ["type", "status"],
                      properties: { type: { type: "string" }, status: { type: "string" } }
                    }
                  }
                }
              }
            }
          }
        }
      }
    ]
  }
}
