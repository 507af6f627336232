/** Generated from ide/engines/languages.toml by `npm run wire`. Do not edit. */
import type { Language } from "./types";

export const LANGUAGES: readonly Language[] = [
  {
    "name": "Python",
    "suffixes": [
      ".py"
    ],
    "command": [
      "python"
    ],
    "mains": [
      "main.py",
      "app.py",
      "__main__.py"
    ],
    "parts": [
      "conftest.py",
      "__init__.py"
    ],
    "tests": [
      "test_*.py",
      "*_test.py"
    ],
    "scripts": []
  },
  {
    "name": "TypeScript",
    "suffixes": [
      ".ts",
      ".mts",
      ".cts"
    ],
    "command": [
      "node"
    ],
    "mains": [
      "main.ts",
      "index.ts",
      "main.mts",
      "index.mts"
    ],
    "parts": [
      "*.d.ts",
      "*.d.mts",
      "*.d.cts"
    ],
    "tests": [
      "*.test.*",
      "*-test.*",
      "*_test.*",
      "test-*"
    ],
    "scripts": []
  },
  {
    "name": "JavaScript",
    "suffixes": [
      ".js",
      ".mjs",
      ".cjs"
    ],
    "command": [
      "node"
    ],
    "mains": [
      "main.mjs",
      "main.js",
      "index.mjs",
      "index.js"
    ],
    "parts": [],
    "tests": [
      "*.test.*",
      "*-test.*",
      "*_test.*",
      "test-*"
    ],
    "scripts": [
      ".js"
    ]
  },
  {
    "name": "Shell",
    "suffixes": [
      ".sh"
    ],
    "command": [
      "bash"
    ],
    "mains": [
      "main.sh",
      "run.sh"
    ],
    "parts": [],
    "tests": [],
    "scripts": []
  },
  {
    "name": "Web page",
    "suffixes": [
      ".html",
      ".htm"
    ],
    "command": [],
    "mains": [],
    "parts": [],
    "tests": [],
    "scripts": []
  }
]
;
