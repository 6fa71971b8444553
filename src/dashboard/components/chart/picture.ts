import { chartColors } from './chart-colors.ts';

const MARGIN_PX = 16;
const TITLE_PX = 15;
const TEXT_PX = 12;
const LINE_PX = 20;

/** The chart of a figure with its title and legend as PNG, in the colours it has on screen. Null where nothing is drawn. */
export function pictureOf(figure: HTMLElement, title: string): Promise<Blob | null> {
  const chart = figure.querySelector('canvas');
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d');
  if (!chart || !ctx) return Promise.resolve(null);
  const scale = chart.width / chart.clientWidth || 1;
  const color = chartColors(figure, ['surface', 'text', 'text-2']);
  const family = getComputedStyle(figure).fontFamily;
  const px = (size: number) => size * scale;
  ctx.font = `${px(TEXT_PX)}px ${family}`;
  const rows = legendRows(ctx, legendOf(figure), chart.width);
  canvas.width = chart.width + px(2 * MARGIN_PX);
  canvas.height = chart.height + px(2 * MARGIN_PX + (rows.length + 1) * LINE_PX);
  ctx.fillStyle = color.surface;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = 'top';
  ctx.fillStyle = color.text;
  ctx.font = `600 ${px(TITLE_PX)}px ${family}`;
  ctx.fillText(title, px(MARGIN_PX), px(MARGIN_PX), chart.width);
  ctx.font = `${px(TEXT_PX)}px ${family}`;
  rows.forEach((row, i) => {
    let x = px(MARGIN_PX);
    const y = px(MARGIN_PX + (i + 1) * LINE_PX);
    for (const entry of row) {
      if (entry.color !== null) {
        ctx.strokeStyle = entry.color;
        ctx.lineWidth = px(entry.widthPx);
        ctx.setLineDash(entry.isDashed ? [px(4), px(3)] : []);
        ctx.beginPath();
        ctx.moveTo(x, y + px(TEXT_PX / 2));
        ctx.lineTo(x + px(14), y + px(TEXT_PX / 2));
        ctx.stroke();
        x += px(18);
      }
      ctx.fillStyle = color['text-2'];
      ctx.fillText(entry.text, x, y);
      x += ctx.measureText(entry.text).width + px(16);
    }
  });
  ctx.drawImage(chart, px(MARGIN_PX), px(MARGIN_PX + (rows.length + 1) * LINE_PX));
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

interface Entry {
  text: string;
  color: string | null;
  widthPx: number;
  isDashed: boolean;
}

/** The caption and every line that is switched on. */
function legendOf(figure: HTMLElement): Entry[] {
  const parts = figure.querySelectorAll<HTMLElement>('.legend-time, .legend-item:not(.is-off)');
  return [...parts].map((part) => {
    const swatch = part.querySelector<HTMLElement>('i');
    const style = swatch && getComputedStyle(swatch);
    const isLine = swatch?.classList.contains('swatch-line') ?? false;
    return {
      text: (part.textContent ?? '').trim(),
      color: style ? (isLine ? style.color : style.backgroundColor) : null,
      widthPx: isLine && style ? Number.parseFloat(style.borderTopWidth) : 9,
      isDashed: isLine && style?.borderTopStyle === 'dashed',
    };
  });
}

function legendRows(ctx: CanvasRenderingContext2D, entries: readonly Entry[], widthPx: number): Entry[][] {
  const rows: Entry[][] = [[]];
  let used = 0;
  for (const entry of entries) {
    const width = ctx.measureText(entry.text).width + 50;
    if (used > 0 && used + width > widthPx) {
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1]?.push(entry);
    used += width;
  }
  return rows;
}
