/** One processor, by the names that the others have for it. */
export interface Architecture {
  readonly name: "amd64" | "arm64"
  readonly npm: "x64" | "arm64"
  /** Folder of its libraries. */
  readonly triplet: string
  /** What the kernel starts a program with. */
  readonly loader: string
}

export const architectures: ReadonlyArray<Architecture> = [
  { name: "amd64", npm: "x64", triplet: "x86_64-linux-gnu", loader: "lib64/ld-linux-x86-64.so.2" },
  { name: "arm64", npm: "arm64", triplet: "aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1" }
]
