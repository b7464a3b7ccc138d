import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const nodeGlobals = { process: "readonly", console: "readonly" };

export default ts.config(
  { ignores: ["node_modules"] },
  js.configs.recommended,
  { files: ["*.mjs", "*.js"], languageOptions: { globals: nodeGlobals } },
  {
    files: ["src/**/*.{ts,tsx}", "test/**/*.ts"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      eqeqeq: "error",
      "no-console": "error",
      // Numbers in template strings read better than String(n) everywhere.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `onClick={() => void save()}` and `() => setX(1)` are the idiom of components.
      "@typescript-eslint/no-confusing-void-expression": "off",
    },
  },
  {
    files: ["test/**/*.ts"],
    // node:test's test() returns a promise that the runner itself awaits.
    rules: { "@typescript-eslint/no-floating-promises": "off" },
  },
);
