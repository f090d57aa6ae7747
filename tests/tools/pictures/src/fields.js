// From the answers of Prometheus to what Grafana's panels draw: data frames, their transformations, and the settings of their fields.
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  FieldConfigOptionsRegistry,
  FieldType,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data';

const { mergeTransformer, organizeFieldsTransformer, sortByTransformer } = standardTransformers;
standardTransformersRegistry.setInit(() =>
  [mergeTransformer, organizeFieldsTransformer, sortByTransformer].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation: () => Promise.resolve(transformation),
  }))
);

// Settings that Grafana's panels give to their fields where a dashboard says nothing.
const DEFAULTS = {
  timeseries: {
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: 'none',
    spanNulls: false,
    showPoints: 'auto',
    pointSize: 5,
    stacking: { mode: 'none', group: 'A' },
    axisPlacement: 'auto',
    axisColorMode: 'text',
    axisGridShow: true,
    scaleDistribution: { type: 'linear' },
    hideFrom: { viz: false, legend: false, tooltip: false },
    thresholdsStyle: { mode: 'off' },
  },
  table: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
};
const STANDARD = ['unit', 'min', 'max', 'decimals', 'displayName', 'color', 'thresholds', 'mappings', 'noValue', 'links'];
const CUSTOM = [...new Set(['width', 'lineStyle', 'axisSoftMax', ...Object.values(DEFAULTS).flatMap(Object.keys)])];

const item = (id, path, isCustom) => ({ id, path, name: id, isCustom, process: (value) => value, shouldApply: () => true });
const registry = new FieldConfigOptionsRegistry(() => [
  ...STANDARD.map((name) => item(name, name, false)),
  ...CUSTOM.map((name) => item(`custom.${name}`, name, true)),
]);

// JSON has no -Infinity, where the first step of thresholds begins.
const steps = (thresholds) => ({
  ...thresholds,
  steps: thresholds.steps.map((step, index) => (index === 0 ? { ...step, value: -Infinity } : step)),
});

const settings = ({ type, fieldConfig }) => ({
  defaults: {
    ...fieldConfig.defaults,
    custom: { ...DEFAULTS[type], ...fieldConfig.defaults.custom },
    thresholds: steps(fieldConfig.defaults.thresholds),
  },
  overrides: fieldConfig.overrides.map(({ matcher, properties }) => ({
    matcher,
    properties: properties.map(({ id, value }) => ({ id, value: id === 'thresholds' ? steps(value) : value })),
  })),
});

const number = (text) => ({ '+Inf': Infinity, '-Inf': -Infinity })[text] ?? Number(text);
const points = (series) => series.values ?? [series.value];
const time = (values, interval) => ({ name: 'Time', type: FieldType.time, config: { interval }, values });

function seriesFrames({ refId, legend, step, series }) {
  return series.map((one) => {
    const labels = one.metric;
    const name = legend.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => labels[label] ?? '');
    const values = points(one).map(([, text]) => number(text));
    return toDataFrame({
      refId,
      name,
      fields: [
        time(points(one).map(([at]) => at * 1000), step * 1000),
        { name: 'Value', type: FieldType.number, labels, config: name ? { displayNameFromDS: name } : {}, values },
      ],
    });
  });
}

function tableFrame({ refId, series }, alone) {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId,
    fields: [
      time(series.map(({ value }) => value[0] * 1000)),
      ...labels.map((label) => ({ name: label, type: FieldType.string, config: {}, values: series.map(({ metric }) => metric[label] ?? '') })),
      { name: alone ? 'Value' : `Value #${refId}`, type: FieldType.number, config: {}, values: series.map(({ value }) => number(value[1])) },
    ],
  });
}

/** Put labels into the names that panels give their bars; other variables stand only in links, which a picture has not. */
export function named(text, scope) {
  const labels = scope?.__dataContext?.value.field.labels ?? {};
  return text.replace(/\$\{__field\.labels\.(\w+)\}/g, (_, label) => labels[label] ?? '');
}

/** Frames of a panel, ready to be drawn. */
export async function framesOf(panel, answers, theme, timeZone) {
  const answered = answers.filter(({ series }) => series.length);
  let data = answered.flatMap((answer) => (answer.table ? [tableFrame(answer, answers.length === 1)] : seriesFrames(answer)));
  if (data.length && panel.transformations?.length) {
    const transformed = transformDataFrame(panel.transformations, data);
    data = await new Promise((resolve, reject) => transformed.subscribe({ next: resolve, error: reject }));
  }
  const fieldConfig = settings(panel);
  data = applyFieldOverrides({ data, fieldConfig, theme, timeZone, replaceVariables: named, fieldConfigRegistry: registry });
  cacheFieldDisplayNames(data);
  return { data, fieldConfig };
}
