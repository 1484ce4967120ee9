// What `npm test` runs: every test that needs no other program, no privilege and no network.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    ...(process.env.TEST_RESULTS === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: process.env.TEST_RESULTS } }),
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**', 'node_modules/**'],
    // Every core: scenarios mostly wait for the programs that they started.
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
  },
})
