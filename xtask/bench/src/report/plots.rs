//! The drawings of the page, as SVG.

use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{Plot, PlotKind};
use crate::Failure;

const SIZE: (u32, u32) = (820, 400);
const FONT: (&str, u32) = ("sans-serif", 14);
const TITLE: (&str, u32) = ("sans-serif", 18);

/// Colours that readers with any colour vision can tell apart (Okabe and Ito), and that are readable on white.
const COLOURS: [RGBColor; 4] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
];

/// Where the bars of a group begin and end, as fractions of the group's width.
const GROUP: (f64, f64) = (0.14, 0.86);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// Draws a plot.
pub(crate) fn draw(plot: &Plot) -> Result<String, Failure> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(failure)?;
        let (legend, chart) = {
            let (_, below) = area.split_vertically(34);
            below.split_vertically(26)
        };
        area.draw(&Text::new(plot.title.clone(), (16, 10), TITLE.into_font()))
            .map_err(failure)?;
        draw_legend(plot, &legend)?;
        draw_chart(plot, &chart)?;
        area.present().map_err(failure)?;
    }
    Ok(svg)
}

/// Converts plotters' errors, which borrow from the drawing.
fn failure(error: impl std::fmt::Display) -> Failure {
    format!("the plot can't be drawn: {error}").into()
}

fn colour(index: usize) -> RGBColor {
    COLOURS.get(index % COLOURS.len()).copied().unwrap_or(BLACK)
}

fn draw_legend(plot: &Plot, area: &Area<'_>) -> Result<(), Failure> {
    let mut left = 16;
    for (index, series) in plot.series.iter().enumerate() {
        let square = Rectangle::new([(left, 6), (left + 12, 18)], colour(index).filled());
        area.draw(&square).map_err(failure)?;
        let text = Text::new(series.name.clone(), (left + 18, 6), FONT.into_font());
        area.draw(&text).map_err(failure)?;
        left += 40 + 8 * i32::try_from(series.name.chars().count())?;
    }
    Ok(())
}

fn draw_chart(plot: &Plot, area: &Area<'_>) -> Result<(), Failure> {
    let values = plot
        .series
        .iter()
        .flat_map(|series| series.values.iter().flatten());
    let highest = values.fold(0.0, |highest: f64, value| highest.max(*value));
    // Space for the numbers above the bars.
    let top = if highest > 0.0 { highest * 1.15 } else { 1.0 };
    let groups = f64::from(u32::try_from(plot.labels.len())?);
    let mut chart = ChartBuilder::on(area)
        .margin_left(16)
        .margin_right(16)
        .margin_bottom(8)
        .x_label_area_size(30)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..groups, 0.0..top)
        .map_err(failure)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_desc(plot.axis.clone())
        .y_label_formatter(&|value| tick(*value, top))
        .label_style(FONT)
        .light_line_style(TRANSPARENT)
        .draw()
        .map_err(failure)?;
    match plot.kind {
        PlotKind::Bars => draw_bars(plot, &mut chart)?,
        PlotKind::Lines => draw_lines(plot, &mut chart)?,
    }
    let centred = FONT
        .into_font()
        .color(&BLACK)
        .pos(Pos::new(HPos::Center, VPos::Top));
    for (index, label) in plot.labels.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(middle(index)?, 0.0));
        let (left, top) = area.get_base_pixel();
        area.draw(&Text::new(
            label.clone(),
            (x - left, y - top + 10),
            centred.clone(),
        ))
        .map_err(failure)?;
    }
    Ok(())
}

/// Returns the position of a label.
fn middle(index: usize) -> Result<f64, Failure> {
    Ok(f64::from(u32::try_from(index)?) + 0.5)
}

fn draw_bars(plot: &Plot, chart: &mut Chart<'_, '_>) -> Result<(), Failure> {
    let width = (GROUP.1 - GROUP.0) / f64::from(u32::try_from(plot.series.len().max(1))?);
    let above = ("sans-serif", 11)
        .into_font()
        .color(&BLACK)
        .pos(Pos::new(HPos::Center, VPos::Bottom));
    for (place, series) in plot.series.iter().enumerate() {
        let colour = colour(place);
        let offset = GROUP.0 + width * f64::from(u32::try_from(place)?);
        for (group, value) in series.values.iter().enumerate() {
            let Some(value) = *value else { continue };
            let left = f64::from(u32::try_from(group)?) + offset;
            let bar = Rectangle::new([(left, 0.0), (left + width * 0.92, value)], colour.filled());
            let text = Text::new(number(value), (left + width * 0.46, value), above.clone());
            chart.draw_series([bar]).map_err(failure)?;
            chart.draw_series([text]).map_err(failure)?;
        }
    }
    Ok(())
}

fn draw_lines(plot: &Plot, chart: &mut Chart<'_, '_>) -> Result<(), Failure> {
    for (place, series) in plot.series.iter().enumerate() {
        let colour = colour(place);
        let points = series
            .values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| {
                let x = middle(index).ok()?;
                value.map(|value| (x, value))
            });
        let points: Vec<_> = points.collect();
        let line = LineSeries::new(points.iter().copied(), colour.stroke_width(2));
        chart.draw_series(line).map_err(failure)?;
        let dots = points
            .iter()
            .map(|point| Circle::new(*point, 4, colour.filled()));
        chart.draw_series(dots).map_err(failure)?;
    }
    Ok(())
}

/// Formats a number with its significant digits.
fn number(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

/// Formats a number on the axis. All numbers on the axis have the same number of decimals.
fn tick(value: f64, top: f64) -> String {
    if top > 10.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Series, *};

    fn plot(kind: PlotKind) -> Plot {
        Plot {
            title: "A title".to_owned(),
            kind,
            axis: "seconds".to_owned(),
            labels: ["first", "second"].map(str::to_owned).into(),
            series: vec![Series {
                name: "this project".to_owned(),
                values: vec![Some(1.5), None],
            }],
        }
    }

    #[test]
    fn bars_show_their_values_and_leave_out_what_is_missing() {
        let svg = draw(&plot(PlotKind::Bars)).unwrap();
        for text in [
            "A title",
            "this project",
            "seconds",
            "first",
            "second",
            "1.50",
        ] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
        // The square of the legend, and one bar.
        assert_eq!(svg.matches("#0072B2").count(), 2, "{svg}");
    }

    #[test]
    fn lines_have_a_dot_for_each_value() {
        let svg = draw(&plot(PlotKind::Lines)).unwrap();
        assert_eq!(svg.matches("<circle").count(), 1, "{svg}");
    }
}
