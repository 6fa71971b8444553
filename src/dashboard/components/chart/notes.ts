import type uPlot from 'uplot';

/** Something that is said about a stretch of time, such as an hour that was out of the usual. */
export interface Note {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  text: string;
}

const BAND_OPACITY = 0.14;
const FOOT_PX = 4;

/** A field from top to bottom with a foot, so that it is seen where lines cover it. */
export function drawNotes(plot: uPlot, notes: readonly Note[], color: string): void {
  const { ctx, bbox } = plot;
  const footPx = FOOT_PX * (window.devicePixelRatio || 1);
  ctx.save();
  ctx.fillStyle = color;
  for (const { fromMs, toMs } of notes) {
    const left = Math.max(bbox.left, plot.valToPos(fromMs / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(toMs / 1000, 'x', true));
    if (right <= left) continue;
    ctx.globalAlpha = BAND_OPACITY;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top + bbox.height - footPx, right - left, footPx);
  }
  ctx.restore();
}

/** The one at an instant: of several the first, which is the one that matters most. */
export function noteAt(notes: readonly Note[], atMs: number): Note | null {
  return notes.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ?? null;
}
