//! A sweep as CSV: a record for each point of each line, in base units and with full precision.

use super::super::csv::{Line, judged_fields};
use super::cost;
use kymo_lab::analysis::Cell;
use kymo_lab::analysis::sweep::{Chart, Swept};

const HEADER: &str = "phase,metric,unit,per,parameter,value,line,base,outcome,n,estimate,ci95_lo,ci95_hi,ratio,\
ratio_ci95_lo,ratio_ci95_hi,p,q,margin,verdict,rounds_needed,difference,difference_ci95_lo,difference_ci95_hi\n";

/// One record for each point of each line, after a header.
pub fn csv(swept: &Swept) -> String {
    let mut out = String::from(HEADER);
    for chart in &swept.charts {
        let table = &chart.table;
        for (row, point) in table.rows.iter().zip(&swept.points) {
            for (cell, own) in row.cells.iter().zip(&swept.lines) {
                let base = own.base.map_or("", |base| swept.lines[base].name.as_str());
                let mut line = Line::start(&mut out);
                line.text(table.phase.name()).text(table.metric.name()).text(table.metric.unit().symbol());
                line.text(swept.per.as_deref().unwrap_or_default());
                line.text(&swept.parameter).text(&point.text).text(&own.name).text(base);
                fields(&mut line, chart, cell);
                line.end();
            }
        }
    }
    out
}

fn fields(line: &mut Line, chart: &Chart, cell: &Cell) {
    let (outcome, n) = match cell {
        Cell::Measured { n, .. } => ("measured".to_owned(), Some(*n as u64)),
        Cell::Outcome(outcome) => (outcome.label(), None),
        Cell::Absent => ("absent".to_owned(), None),
        Cell::Pending => ("pending".to_owned(), None),
    };
    let figure = cost(chart, cell);
    line.text(&outcome).count(n).number(figure.map(|figure| figure.value));
    line.interval(figure.and_then(|figure| figure.ci95));
    judged_fields(line, cell.judged());
}
