/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compress } from './build/compress.ts';
import { emojiData } from './build/emojiData.ts';

const host = process.env.TOGETHER_DEV_HOST ?? 'http://127.0.0.1:8080';
const proxied = { target: host, ws: true };

export default defineConfig({
  plugins: [react(), emojiData(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // The host's Content-Security-Policy allows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A route that takes two controls from `@/ui` gets the code and the styles of two.
    rolldownOptions: { treeshake: { moduleSideEffects: [{ test: /\/src\/ui\/[^?]*\.tsx?$/, sideEffects: false }] } },
  },
  server: { proxy: { '/api': proxied, '/gateway': proxied, '/media': proxied } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}', 'build/**/*.test.ts'],
    restoreMocks: true,
    // A machine that builds beside the tests is slow; what hangs still ends.
    testTimeout: 30_000,
  },
});
