/** How the browser SDK is bundled and made small; its peers in bench/sdk-size.ts are bundled the same way. */
import path from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';
import { PROJECT_DIR } from '../lib/run.ts';

/** Browsers of the last two years: what is newer than that is asked for before it is used. */
const TARGET = 'es2023';

/**
 * Properties that never leave the script: ours begin with an underscore, as those of web-vitals do, and these of web-vitals are nobody else's.
 * Names of platform objects and of what is sent must not be among them.
 */
const PRIVATE_PROPERTIES =
  /^(_.*|reportAllChanges|reportSoftNavs|firstHiddenTime|onHidden|navigationInteractionId|navigationURL|navigationStartTime|delta|rating)$/;

export interface Bundle {
  code: string;
  map: string;
}

export interface BundleOptions {
  /** From the project folder. */
  entry: string;
  /** `iife` is a script, `es` a module. */
  format: 'iife' | 'es';
  /** Text in the source → the expression that takes its place. */
  define?: Record<string, string>;
  /** The second part is loaded by its address, not bundled. */
  isScript?: boolean;
  /** Of a package that is no part of ours, whose names are not known. */
  keepsProperties?: boolean;
}

export async function bundle({ entry, format, define, isScript, keepsProperties }: BundleOptions): Promise<Bundle> {
  const built = (await build({
    configFile: false,
    root: PROJECT_DIR,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', ...define },
    plugins: isScript ? [loadsExtraByAddress] : [],
    build: {
      write: false,
      sourcemap: 'hidden',
      target: TARGET,
      lib: { entry: path.resolve(PROJECT_DIR, entry), formats: [format], name: 'breakwater' },
      rolldownOptions: {
        output: {
          codeSplitting: false,
          minify: {
            compress: { target: TARGET },
            mangle: { toplevel: true },
            ...(keepsProperties ? {} : { mangleProps: { include: PRIVATE_PROPERTIES } }),
            codegen: { legalComments: 'none' },
          },
        },
      },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built[0]?.output ?? [];
  if (!chunk?.map) throw new Error(`${entry} was bundled without a source map`);
  return { code: chunk.code, map: JSON.stringify(portable(chunk.map)) };
}

/** Its own file in place of another: what a bundler loads as a part of its own, a script has to load from where it came from. */
const loadsExtraByAddress: Plugin = {
  name: 'loads-extra-by-address',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/load-extra.ts') ? path.join(PROJECT_DIR, 'src/sdk/load-extra-script.ts') : null),
};

/** Sources are named from the project folder, wherever that is. */
function portable(map: Rolldown.SourceMap): unknown {
  const { version, sources, sourcesContent, names, mappings } = map;
  return { version, sources: sources.map((file) => file.replace(/^(\.\.\/)+/, '')), sourcesContent, names, mappings };
}
