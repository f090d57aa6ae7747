// The kinds of panels on the dashboards, put together from Grafana's own components as its panel plugins do.
import { FieldType, getDisplayProcessor, getDisplayValueAlignmentFactors, getFieldDisplayValues } from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { named } from './fields.js';

export const Message = ({ text }) => (
  <div style={{ height: '100%', display: 'flex', alignItems: 'center', justifyContent: 'center', textAlign: 'center', fontSize: 18, opacity: 0.75 }}>
    {text}
  </div>
);

function TimeSeriesPanel({ panel, data, width, height, theme, timeRange, timeZone }) {
  let seriesIndex = 0;
  const frames = data.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) => {
      if (field.type !== FieldType.number) return field;
      // The palette gives a colour by the number of a series; what is no number becomes a gap.
      const values = field.values.map((value) => (Number.isFinite(value) ? value : null));
      const numbered = { ...field, values, state: { ...field.state, seriesIndex: seriesIndex++ } };
      return { ...numbered, display: getDisplayProcessor({ field: numbered, theme }) };
    }),
  }));
  const { legend } = panel.options;
  return (
    <TimeSeries
      frames={frames} structureRev={1} timeRange={timeRange} timeZone={timeZone} width={width} height={height} legend={legend} options={panel.options}
    />
  );
}

function reduced({ panel, fieldConfig, data, theme, timeZone }) {
  const { reduceOptions } = panel.options;
  return getFieldDisplayValues({ fieldConfig, reduceOptions, replaceVariables: named, theme, data, timeZone });
}

function StatPanel(props) {
  const { panel, data, width, height, theme } = props;
  const { orientation, text, textMode, colorMode, graphMode, justifyMode, wideLayout } = panel.options;
  return (
    <VizRepeater
      getValues={() => reduced(props)} getAlignmentFactors={getDisplayValueAlignmentFactors} source={data} width={width} height={height}
      itemSpacing={3} renderCounter={0} autoGrid orientation={orientation}
      renderValue={({ value, alignmentFactors, width: w, height: h, count, orientation: direction }) => (
        <BigValue
          value={value.display} count={count} alignmentFactors={alignmentFactors} parentOrientation={direction} width={w} height={h} theme={theme}
          text={text} textMode={textMode} colorMode={colorMode} graphMode={graphMode} justifyMode={justifyMode} wideLayout={wideLayout}
        />
      )}
    />
  );
}

function BarGaugePanel(props) {
  const { panel, data, width, height, theme } = props;
  const { orientation, text, displayMode, showUnfilled, valueMode, namePlacement, minVizWidth, minVizHeight, maxVizHeight } = panel.options;
  return (
    <VizRepeater
      getValues={() => reduced(props)} getAlignmentFactors={getDisplayValueAlignmentFactors} source={data} width={width} height={height}
      itemSpacing={10} renderCounter={0} orientation={orientation} minVizWidth={minVizWidth} minVizHeight={minVizHeight} maxVizHeight={maxVizHeight}
      renderValue={({ value, alignmentFactors, width: w, height: h, count, orientation: direction }) => (
        <BarGauge
          value={count === 1 && !value.field.displayName ? { ...value.display, title: undefined } : value.display} field={value.field}
          theme={theme} width={w} height={h}
          display={value.view?.getFieldDisplayProcessor(value.colIndex)} orientation={direction} text={text} displayMode={displayMode}
          alignmentFactors={count > 1 ? alignmentFactors : undefined} showUnfilled={showUnfilled} valueDisplayMode={valueMode}
          namePlacement={namePlacement} itemSpacing={10} lcdCellWidth={12} isOverflow={false}
        />
      )}
    />
  );
}

function TablePanel({ panel, fieldConfig, data, width, height, timeRange }) {
  const { showHeader, showTypeIcons, cellHeight } = panel.options;
  return (
    <TableNG
      data={data[0]} fieldConfig={fieldConfig} width={width} height={height} timeRange={timeRange} noHeader={!showHeader}
      showTypeIcons={showTypeIcons} cellHeight={cellHeight} structureRev={1} getActions={() => []} enableVirtualization={false}
    />
  );
}

export const VIEWS = { timeseries: TimeSeriesPanel, stat: StatPanel, bargauge: BarGaugePanel, table: TablePanel };
