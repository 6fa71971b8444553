/** What a browser downloads as script before the first page works. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Row } from './lib/row.ts';
