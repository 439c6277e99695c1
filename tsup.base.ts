import { defineConfig } from 'tsup'

/** A library: one ESM file, its dependencies stay imports. Declarations come from `tsc -b`. */
export const lib = defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  dts: false,
  clean: false,
  sourcemap: true,
  target: 'node22',
  treeshake: false,
  splitting: false,
})

/** A program: one file with all it needs, so that an image holds no node_modules. */
export const app = defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  dts: false,
  clean: false,
  sourcemap: true,
  target: 'node24',
  platform: 'node',
  minify: true,
  treeshake: false,
  splitting: false,
  noExternal: [/.*/],
  esbuildOptions(options) {
    options.conditions = ['@multicluster-mesh/source', 'module', 'import']
  },
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
})
