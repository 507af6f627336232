/** Builds the script that the server puts into every page of a room: one classic script with a fixed name. */
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2020",
    // The pages were built just before, into the same folder.
    emptyOutDir: false,
    lib: { entry: "src/preview/runtime.ts", formats: ["iife"], name: "sparkroomRuntime", fileName: () => "runtime.js" },
  },
});
