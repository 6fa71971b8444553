import type uPlot from 'uplot';
import type { Release } from '../../../wire/error-groups.ts';
import { dateTime } from '../../lib/format.ts';
import { type Note, noteAt } from './notes.ts';

const NEAR_PX = 8;
const HEAD_PX = 4;

/** A line from top to bottom where a release went out, with a small head so that it is no grid line. */
export function drawReleases(plot: uPlot, releases: readonly Release[], color: string): void {
  if (releases.length === 0) return;
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = scale;
  ctx.setLineDash([3 * scale, 3 * scale]);
  for (const { atMs } of releases) {
    const x = plot.valToPos(atMs / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - HEAD_PX * scale, bbox.top);
    ctx.lineTo(x + HEAD_PX * scale, bbox.top);
    ctx.lineTo(x, bbox.top + HEAD_PX * 1.5 * scale);
    ctx.fill();
  }
  ctx.restore();
}

/** The name of the release under the crosshair, or what is said about its time, stands beside it. It takes no pointer: a drag may begin on it. */
export function nameUnderCursor(plot: uPlot, releases: readonly Release[], notes: readonly Note[]): void {
  const { left = -1 } = plot.cursor;
  const near = left < 0 ? null : (nearest(plot, releases, left) ?? noted(plot, notes, left));
  let tag = plot.over.querySelector<HTMLElement>('.release-tag');
  if (near === null) {
    tag?.remove();
    return;
  }
  if (!tag) {
    tag = document.createElement('span');
    tag.className = 'release-tag';
    plot.over.append(tag);
  }
  tag.textContent = near.text;
  const toLeft = near.x > plot.over.clientWidth / 2;
  tag.style.left = toLeft ? 'auto' : `${near.x + 4}px`;
  tag.style.right = toLeft ? `${plot.over.clientWidth - near.x + 4}px` : 'auto';
}

interface Named {
  text: string;
  x: number;
}

function noted(plot: uPlot, notes: readonly Note[], left: number): Named | null {
  const note = noteAt(notes, plot.posToVal(left, 'x') * 1000);
  return note && { text: note.text, x: left };
}

export function releaseText({ release, atMs, source }: Release): string {
  return `${release}, ${source === 'announced' ? 'released' : 'first seen'} ${dateTime(atMs)}`;
}

function nearest(plot: uPlot, releases: readonly Release[], left: number): Named | null {
  let best: { release: Release; x: number } | null = null;
  for (const release of releases) {
    const x = plot.valToPos(release.atMs / 1000, 'x');
    const away = Math.abs(x - left);
    if (away <= NEAR_PX && (best === null || away < Math.abs(best.x - left))) best = { release, x };
  }
  return best && { text: releaseText(best.release), x: best.x };
}
