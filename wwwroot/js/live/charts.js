// Rate and skew over the same time, redrawn once a second while they are in sight.

import { SECONDS } from './series.js';

export class Charts {
  #plotly = null;
  #rate;
  #skew;
  #legend;
  #busy = false;
  #themes;

  constructor(rate, skew, legend) {
    this.#rate = rate;
    this.#legend = legend;
    this.#skew = skew;
    this.#themes = new MutationObserver(() => { this.#tokens = null; });
    this.#themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  }

  #tokens = null;

  async draw(columns) {
    if (this.#busy || document.hidden || this.#rate.offsetParent === null) return;
    this.#busy = true;
    try {
      this.#plotly ??= (await import('../../lib/plotly.js')).default;
      const token = this.#tokens ??= read(this.#rate);
      const line = (y, name, colour) => ({ x: columns.x, y, name, type: 'scatter', mode: 'lines', line: { width: 1.25, color: colour, simplify: true }, hoverinfo: 'x+y+name' });
      const rates = columns.types.map((type, i) => line(columns.rates[i], type.replaceAll('_', ' '), token.series[i]));
      if (columns.others.some((count) => count > 0)) rates.push(line(columns.others, 'others', token.series[5]));
      const marks = columns.changes.map((change) => ({ type: 'line', x0: change.x, x1: change.x, yref: 'paper', y0: 0, y1: 1, line: { color: token.accent, width: 1, dash: 'dot' } }));
      this.#explain(rates);
      await this.#plotly.react(this.#rate, rates, layout(token, 'events/s', columns.x, marks), OPTIONS);
      // Each chart is a task of its own: scrolling and typing come between.
      await new Promise((next) => setTimeout(next));
      const skew = line(columns.skew, 'largest skew', token.series[3]);
      // Few seconds with a skew are points, which a line would not show; many would be hundreds of elements.
      const sparse = columns.skew.filter((value) => value !== null).length < SPARSE;
      await this.#plotly.react(this.#skew, [sparse ? { ...skew, mode: 'markers', marker: { size: 3, color: token.series[3] } } : skew], layout(token, 'skew, ms', columns.x, marks), OPTIONS);
    } finally {
      this.#busy = false;
    }
  }

  /** The legend is plain text: the library measures its own anew with each drawing. */
  #explain(rates) {
    const wanted = rates.map(({ name, line }) => `${name}|${line.color}`).join('\n');
    if (this.#legend.dataset.of === wanted) return;
    this.#legend.dataset.of = wanted;
    this.#legend.replaceChildren(...rates.map(({ name, line }) => {
      const entry = document.createElement('span');
      entry.textContent = name;
      entry.style.setProperty('--colour', line.color);
      return entry;
    }));
  }

  dispose() {
    this.#themes.disconnect();
    this.#plotly?.purge(this.#rate);
    this.#plotly?.purge(this.#skew);
  }
}

const SPARSE = 40;
const OPTIONS = { displayModeBar: false, responsive: true, staticPlot: false };

function layout(token, title, x, marks) {
  const axis = { gridcolor: token.line, linecolor: token.line, zeroline: false, tickfont: { size: 10, color: token.text3 } };
  return {
    autosize: true, height: 118, margin: { l: 48, r: 8, t: 8, b: 22 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: token.sans, size: 11, color: token.text2 }, hovermode: 'x', uirevision: 'keep',
    showlegend: false,
    xaxis: { ...axis, type: 'date', range: [x[0], x[SECONDS - 1]], tickformat: '%H:%M:%S', nticks: 6 },
    yaxis: { ...axis, rangemode: title.startsWith('events') ? 'tozero' : 'normal', title: { text: title, font: { size: 10 }, standoff: 4 }, nticks: 4, fixedrange: true },
    shapes: marks,
  };
}

function read(element) {
  const style = getComputedStyle(element);
  const value = (name) => style.getPropertyValue(name).trim();
  return { series: [1, 2, 3, 4, 5, 6].map((i) => value(`--series-${i}`)), line: value('--line'), accent: value('--accent'), text2: value('--text-2'), text3: value('--text-3'), sans: value('--sans') };
}
