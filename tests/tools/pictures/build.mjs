// Bundles the page that draws dashboards, with what Grafana's components load, into a folder: node build.mjs FOLDER, after npm ci.
import { build } from 'esbuild';
import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const installed = (path) => join(here, 'node_modules', path);
const output = process.argv[2];

await build({
  entryPoints: [join(here, 'src/page.jsx')],
  outdir: output,
  bundle: true,
  minify: true,
  jsx: 'automatic',
  target: 'chrome120',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl' },
});
copyFileSync(join(here, 'src/index.html'), join(output, 'index.html'));
copyFileSync(installed('uplot/dist/uPlot.min.css'), join(output, 'uplot.css'));
// Where Grafana's components ask for them, below window.__grafana_public_path__.
const icons = 'img/icons';
cpSync(installed(`@grafana/ui/dist/public/${icons}`), join(output, 'public/build', icons), { recursive: true });
const fonts = join(output, 'public/fonts/inter');
mkdirSync(fonts, { recursive: true });
for (const name of ['Inter-Regular', 'Inter-Medium']) {
  copyFileSync(installed(`inter-ui/web/${name}.woff2`), join(fonts, `${name}.woff2`));
}
