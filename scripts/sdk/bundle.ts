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
  /** Where the second part of the SDK is loaded from: by the address of the server, or from the file beside. */
  secondPart?: 'by-address' | 'beside';
  /** Of a package that is no part of ours, whose names are not known. */
  keepsProperties?: boolean;
}

/** One file, because properties can only be renamed in all of a program at once. */
export async function bundle({ entry, format, define, secondPart, keepsProperties }: BundleOptions): Promise<Bundle> {
  const built = (await build({
    configFile: false,
    root: PROJECT_DIR,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', ...define },
    plugins: secondPart ? [findsSecondPart(secondPart)] : [],
    build: {
      write: false,
      sourcemap: 'hidden',
      target: TARGET,
      lib: { entry: path.resolve(PROJECT_DIR, entry), formats: [format], name: 'breakwater' },
      rolldownOptions: {
        output: {
          codeSplitting: false,
          topLevelVar: false, // constants are then written where they are used
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

function findsSecondPart(where: 'by-address' | 'beside'): Plugin {
  const byAddress = path.join(PROJECT_DIR, 'src/sdk/load-extra-script.ts');
  return {
    name: 'finds-second-part',
    enforce: 'pre',
    resolveId(id) {
      if (where === 'by-address') return id.endsWith('/load-extra.ts') ? byAddress : null;
      return id.endsWith('/extra/index.ts') ? { id: './extra.js', external: true } : null;
    },
  };
}

/** Sources are named from the project folder, wherever that is. */
function portable(map: Rolldown.SourceMap): unknown {
  const { version, sources, sourcesContent, names, mappings } = map;
  return { version, sources: sources.map((file) => file.replace(/^(\.\.\/)+/, '')), sourcesContent, names, mappings };
}
