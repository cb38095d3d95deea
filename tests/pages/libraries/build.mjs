// Bundles every library's row into dist/, with what they share in chunks.
import { build } from 'esbuild';
import svelte from 'esbuild-svelte';
import { readdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs';

const helpers = new Set(['react.js', 'vue.js', 'element.js']);
const names = readdirSync('source').filter(name => name.endsWith('.js') && !helpers.has(name));
// Style sheets go into the page by script, so that one file is all that a page loads.
const styles = { name: 'styles', setup(made) {
  made.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ loader: 'js', contents:
    `const style = document.createElement('style'); style.textContent = ${JSON.stringify(readFileSync(path, 'utf8'))}; document.head.append(style);` }));
} };
rmSync('dist', { recursive: true, force: true });
let failed = 0;
for (const name of names) {
  try {
    await build({ entryPoints: [`source/${name}`], outdir: 'dist', bundle: true, format: 'esm', minify: true,
      target: 'es2022', external: ['/page.js'], logLevel: 'error', legalComments: 'none',
      conditions: ['svelte', 'browser', 'production'],
      define: { 'process.env': '{}', process: '{"env":{}}', 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
      plugins: [svelte({ compilerOptions: { css: 'injected' } }), styles] });
  } catch (problem) { failed += 1; console.error(`${name}: ${problem.message.split('\n')[1] ?? problem.message}`); }
}
const versions = JSON.parse(readFileSync('package.json')).devDependencies;
writeFileSync('dist/built.json', JSON.stringify({ names, versions }));
process.exit(failed ? 1 : 0);
