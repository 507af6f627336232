/** Builds the pages of the IDE: one entry a page, hashed files under dist/assets, and dist/manifest.json that names them. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative, so that the server alone decides where dist/ is served.
  base: "./",
  plugins: [react()],
  build: {
    manifest: "manifest.json",
    target: "es2022",
    // The page CSP forbids inline sources that are not images or fonts.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { home: "src/app/home.tsx", models: "src/app/models.tsx", room: "src/app/room.tsx" },
    },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "node",
  },
});
