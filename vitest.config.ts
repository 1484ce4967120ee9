// What `npm test` runs: every test that needs no other program, no privilege and no network.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    ...(process.env.TEST_RESULTS === undefined
      ? {}
      : { reporters: ['default', 'json'], outputFile: { json: process.env.TEST_RESULTS } }),
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**', 'node_modules/**'],
    testTimeout: 20_000,
  },
})
