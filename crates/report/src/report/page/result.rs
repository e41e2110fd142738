//! A result in words, numbers, tables and figures, for pages.

use super::figures::{self, Drawn};
use super::game::{MOST_ROWS, safe};
use super::mathml::{escape, formula, greek, math};
use super::numbers::{ends, exact, markup};
use crate::exact::to_approx;
use crate::follower::flow;
use crate::game::{Game, Policy, StagePolicy};
use minijinja::Value as Shown;
use serde::Serialize;
use serde_json::Value;

/// Pairs times stages up to which the flow of an equilibrium is computed for a figure.
const MOST_FLOW: usize = 20_000;

/// What the template prints of an answer.
#[derive(Debug, Default, Serialize)]
pub(super) struct ResultView {
    /// What was asked, as a heading.
    title: String,
    /// The question as a formula.
    question: Option<Shown>,
    /// The answer.
    headline: Vec<(String, Shown)>,
    /// What else is known.
    facts: Vec<(String, Shown)>,
    figures: Vec<FigureView>,
    tables: Vec<TableView>,
    /// Numbers that the certificate has to state.
    #[serde(skip)]
    pub(super) stated: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FigureView {
    svg: Shown,
    caption: String,
}

#[derive(Debug, Default, Serialize)]
struct TableView {
    caption: String,
    head: Vec<String>,
    rows: Vec<Vec<Shown>>,
    more: usize,
}

impl ResultView {
    /// The view of a result of `game`; `None` for a format that is not known.
    pub(super) fn new(document: &Value, game: &Game) -> Option<Self> {
        let mut view = match document["format"].as_str()? {
            "smfg-result/1" => solve(document, game),
            "smfg-range/1" => range(document, game),
            "smfg-equilibria-result/1" => equilibria(document, game),
            "smfg-sweep/1" => sweep(document),
            "smfg-frontier/1" => frontier(document),
            "smfg-sensitivity/1" => sensitivity(document),
            "smfg-verification/1" => verification(document),
            "smfg-map/1" => map(document),
            _ => return None,
        };
        view.common(document);
        Some(view)
    }

    fn fact(&mut self, label: &str, value: impl Into<Shown>) {
        self.facts.push((label.into(), value.into()));
    }

    fn number(&mut self, label: &str, value: &Value) {
        if ends(value).is_some() {
            self.fact(label, safe(markup(value)));
        }
    }

    /// The answer, which the certificate states.
    fn head(&mut self, label: &str, value: &Value) {
        self.headline.push((label.into(), safe(markup(value))));
        self.state(value);
    }

    /// Notes ends that the certificate has to state.
    fn state(&mut self, value: &Value) {
        if let Some((lower, upper)) = ends(value) {
            self.stated.extend([lower.to_string(), upper.to_string()]);
        }
    }

    fn draw(&mut self, drawn: Option<Drawn>) {
        let view = |Drawn { svg, caption }| FigureView { svg: safe(svg), caption };
        self.figures.extend(drawn.map(view));
    }

    fn table(&mut self, caption: &str, head: &[&str], rows: Vec<Vec<Shown>>) {
        if rows.is_empty() {
            return;
        }
        let more = rows.len().saturating_sub(MOST_ROWS);
        self.tables.push(TableView {
            caption: caption.into(),
            head: head.iter().map(ToString::to_string).collect(),
            rows: rows.into_iter().take(MOST_ROWS).collect(),
            more,
        });
    }

    /// What results of all commands say.
    fn common(&mut self, document: &Value) {
        if let Some(status) = document["status"].as_str() {
            self.fact("status", status_words(status));
        }
        if let Some(reason) = document["structure"]["reason"].as_str() {
            self.fact("structure", reason);
        }
        let statistics = &document["statistics"];
        if let Some(seconds) = statistics["seconds"].as_f64() {
            let check = statistics["check_seconds"].as_f64().unwrap_or(0.0);
            let words = |seconds: f64| match seconds {
                short if short < 0.01 => "less than 0.01 s".to_string(),
                long => format!("{long:.2} s"),
            };
            let (search, check) = (words(seconds), words(check));
            self.fact("time", format!("{search}, and {check} for the check"));
        }
    }

    /// A policy with nonzero probabilities, and a figure of its flow.
    /// What a member of each population could gain.
    fn populations(&mut self, rows: &Value) {
        let row = |own: &Value| {
            let numbers = ["mass", "exploitability"].map(|key| safe(markup(&own[key])));
            std::iter::once(text(&own["name"]).into()).chain(numbers).collect()
        };
        let rows = rows.as_array().into_iter().flatten().map(row).collect();
        let head = ["population", "mass", "exploitability per member"];
        self.table("populations", &head, rows);
    }

    fn equilibrium(&mut self, name: &str, value: &Value, document: &Value, game: &Game) {
        self.populations(&value["populations"]);
        let policy = &value["policy"];
        let Some(stages) = policy.as_array() else { return };
        let mut rows = Vec::new();
        for (t, stage) in stages.iter().enumerate() {
            for (s, law) in stage.as_array().into_iter().flatten().enumerate() {
                let entries = law.as_array().into_iter().flatten().enumerate();
                for (a, probability) in entries {
                    let Some(number) = exact(probability) else { continue };
                    if !number.is_zero() {
                        let name = |names: &[String], i: usize| {
                            Shown::from(names.get(i).cloned().unwrap_or_default())
                        };
                        let (state, action) = (name(&game.states, s), name(&game.actions, a));
                        rows.push(vec![t.into(), state, action, safe(markup(probability))]);
                    }
                }
            }
        }
        let caption = format!("{name}: what followers play");
        self.table(&caption, &["stage", "state", "action", "probability"], rows);
        self.draw(masses(policy, document, game).and_then(|masses| figures::flow(&masses)));
    }
}

/// The masses of the states over the stages when everybody follows a policy.
fn masses(policy: &Value, document: &Value, game: &Game) -> Option<Vec<(String, Vec<f64>)>> {
    let pairs: usize = game.stages.iter().map(|stage| stage.pairs.len()).sum();
    let parameters = &document["decision"]["parameters"];
    let values: Option<Vec<_>> =
        game.leader.parameters.iter().map(|name| exact(&parameters[name.as_str()])).collect();
    let instance = game.at(&values?);
    if pairs > MOST_FLOW || crate::leader::has_long_flows(&instance) {
        return None;
    }
    let row = |law: &Value| -> Option<Vec<(u32, crate::exact::Rational)>> {
        let entries = law.as_array()?.iter().enumerate();
        let known = entries.map(|(a, p)| Some((u32::try_from(a).ok()?, exact(p)?)));
        let known: Option<Vec<_>> = known.collect();
        Some(known?.into_iter().filter(|(_, p)| !p.is_zero()).collect())
    };
    let stage = |rows: &Value| -> Option<StagePolicy> {
        Some(StagePolicy::Mixed(rows.as_array()?.iter().map(row).collect::<Option<_>>()?))
    };
    let stages: Option<Vec<StagePolicy>> = policy.as_array()?.iter().map(stage).collect();
    let flow = flow(&instance, &Policy { stages: stages? }).ok()?;
    let of = |(s, name): (usize, &String)| {
        let masses = flow.states.iter().map(|stage| to_approx(&stage.get(s)));
        (name.clone(), masses.collect())
    };
    Some(game.states.iter().enumerate().map(of).collect())
}

fn status_words(status: &str) -> &'static str {
    match status {
        "exact" => "exact: both bounds are the same number",
        "within_gap" => "the bounds differ by at most the gap that was asked for",
        "infeasible" => "infeasible: every decision is proved to break a requirement",
        "complete" => "complete: every cell is decided",
        _ => "limit: the bounds hold, and are further apart than was asked for",
    }
}

/// A requirement, as markup.
fn required(requirement: &Value) -> String {
    let (sign, key) =
        if requirement.get("at_most").is_some() { ("≤", "at_most") } else { ("≥", "at_least") };
    let value = requirement["value"].as_str().unwrap_or_default();
    format!("{} {sign} {}", formula(value), markup(&requirement[key]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("–").to_string()
}

/// Name and parameters of a decision, as markup.
fn decision(value: &Value) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(name) = value["name"].as_str() {
        words.push(escape(name));
    }
    let parameters = value["parameters"].as_object();
    for (name, number) in parameters.into_iter().flatten().take(MOST_ROWS) {
        words.push(format!("{} = {}", escape(name), markup(number)));
    }
    if words.is_empty() { "the only one".into() } else { words.join(", ") }
}

fn head_facts(view: &mut ResultView, document: &Value) {
    view.number("ε", &document["epsilon"]);
    if let Some(selection) = document["selection"].as_str() {
        let words = if selection == "pessimistic" {
            "pessimistic: the worst equilibrium for the leader"
        } else {
            "optimistic: the best equilibrium for the leader"
        };
        view.fact("selection", words);
    }
    if document["decision"].is_object() {
        view.fact("decision", safe(decision(&document["decision"])));
    }
}

/// `sup`, `inf`, and what they are taken over, as a formula.
fn value_formula(selection: Option<&str>) -> String {
    let (open, close) = ("<mo stretchy=\"false\">(</mo>", "<mo stretchy=\"false\">)</mo>");
    let inner = if selection == Some("optimistic") { "max" } else { "min" };
    let epsilon = greek("ε");
    math(&format!(
        "<msub><mi>V</mi>{epsilon}</msub><mo>=</mo><munder><mo>sup</mo><mi>u</mi></munder>\
         <munder><mo>{inner}</mo><mrow><mi>d</mi><mo>∈</mo><msub><mi>NE</mi>{epsilon}</msub>\
         {open}<mi>u</mi>{close}</mrow></munder><msub><mi>J</mi><mn>0</mn></msub>\
         {open}<mi>u</mi><mo>,</mo><mi>d</mi>{close}"
    ))
}

fn solve(document: &Value, game: &Game) -> ResultView {
    let robust = document["robust"].is_object();
    let mut view = ResultView {
        title: if robust { "Guarantee under model error" } else { "Value of the game" }.into(),
        question: Some(safe(value_formula(document["selection"].as_str()))),
        ..ResultView::default()
    };
    view.head(if robust { "guaranteed value" } else { "value" }, &document["value"]);
    head_facts(&mut view, document);
    for requirement in document["requirements"].as_array().into_iter().flatten() {
        view.fact("required", safe(required(requirement)));
    }
    if robust {
        for (label, key) in [
            ("κ, change of exploitability", "kappa"),
            ("ω, change of the leader's reward", "omega"),
            ("value of the relaxed game", "relaxed_value"),
        ] {
            view.number(label, &document["robust"][key]);
        }
    }
    match document.get("attained").map(Value::as_bool) {
        Some(Some(true)) => view.fact("attained", "yes: the decision reaches the supremum"),
        Some(Some(false)) => view.fact("attained", "no: decisions come as close as one likes"),
        _ => {}
    }
    let equilibrium = &document["equilibrium"];
    view.number("exploitability of the equilibrium", &equilibrium["exploitability"]);
    view.number("leader's reward there", &equilibrium["leader_reward"]);
    let rows = document["decisions"].as_array().into_iter().flatten();
    let row = |row: &Value| {
        let met = row.get("feasible").map(|met| match met.as_bool() {
            Some(true) => "met",
            Some(false) => "broken",
            None => "open",
        });
        let bounds = ["lower", "upper"].map(|key| safe(markup(&row[key])));
        let name = std::iter::once(text(&row["name"]).into());
        name.chain(met.map(Shown::from)).chain(bounds).collect::<Vec<Shown>>()
    };
    let mut head = vec!["decision", "lower bound", "upper bound"];
    if document.get("requirements").is_some() {
        head.insert(1, "requirements");
    }
    view.table("decisions", &head, rows.map(row).collect());
    let all = game.finite_decisions().unwrap_or_default();
    let parameters: Vec<_> = all.iter().map(|decision| decision.values.clone()).collect();
    view.draw(figures::decisions(document, &parameters));
    view.equilibrium("equilibrium", equilibrium, document, game);
    view
}

fn range(document: &Value, game: &Game) -> ResultView {
    let of = document["of"].as_str();
    let mut view = ResultView {
        title: "Range over the ε-equilibria of a decision".into(),
        question: of.map(|of| safe(formula(of))),
        ..ResultView::default()
    };
    for (end, words) in [("least", "least value"), ("greatest", "greatest value")] {
        view.head(words, &document[end]);
    }
    head_facts(&mut view, document);
    view.fact("range of", of.map_or_else(|| "the leader's reward".into(), str::to_string));
    for end in ["least", "greatest"] {
        let name = format!("equilibrium with the {end} value");
        view.equilibrium(&name, &document[end]["equilibrium"], document, game);
    }
    view
}

fn equilibria(document: &Value, game: &Game) -> ResultView {
    let mut view =
        ResultView { title: "All equilibria of a decision".into(), ..ResultView::default() };
    let polytopes = document["polytopes"].as_array().map_or(&[][..], Vec::as_slice);
    let count = |key: &str| Shown::from(document[key].as_u64().unwrap_or(0));
    view.headline.push(("polytopes of equilibria".into(), polytopes.len().into()));
    view.headline.push(("connected components".into(), count("components")));
    view.headline.push(("isolated equilibria".into(), count("isolated")));
    head_facts(&mut view, document);
    let mut rows = Vec::new();
    for (index, polytope) in polytopes.iter().enumerate() {
        let support = polytope["support"].as_array().map_or(&[][..], Vec::as_slice);
        for vertex in polytope["vertices"].as_array().into_iter().flatten() {
            let masses = vertex["masses"].as_array().into_iter().flatten();
            for (pair, mass) in support.iter().zip(masses) {
                let mut row: Vec<Shown> = vec![(index + 1).into()];
                row.push(safe(escape(&pair[0].to_string())));
                row.extend([text(&pair[1]).into(), text(&pair[2]).into(), safe(markup(mass))]);
                rows.push(row);
            }
            let Some(masses) = vertex["masses"].as_array() else { continue };
            view.stated.extend(masses.iter().filter_map(exact).map(|mass| mass.to_string()));
        }
    }
    view.table(
        "vertices: masses of the pairs in use",
        &["polytope", "stage", "state", "action", "mass"],
        rows,
    );
    if let [polytope] = polytopes
        && let Some([vertex]) = polytope["vertices"].as_array().map(Vec::as_slice)
    {
        view.equilibrium("the only equilibrium", vertex, document, game);
    }
    // The certificate of a set of equilibria states masses in a form of its own.
    view.stated.clear();
    view
}

fn sweep(document: &Value) -> ResultView {
    let over = document["over"].as_str().unwrap_or("epsilon");
    let epsilon = over == "epsilon";
    let name = if epsilon { "ε".to_string() } else { over.to_string() };
    let mut view = ResultView {
        title: format!("The value as a function of {name}"),
        question: Some(safe(value_formula(document["selection"].as_str()))),
        ..ResultView::default()
    };
    head_facts(&mut view, document);
    let points = document["points"].as_array().map_or(&[][..], Vec::as_slice);
    view.headline.push(("points".into(), points.len().into()));
    for (label, point) in [("first value", points.first()), ("last value", points.last())] {
        if let Some(point) = point {
            view.headline.push((label.into(), safe(markup(point))));
        }
    }
    view.draw(figures::function(document, "value"));
    let key = if epsilon { "epsilon" } else { "at" };
    let row = |point: &Value| {
        let place = safe(markup(&point[key]));
        vec![place, safe(markup(point)), safe(decision(&point["decision"]))]
    };
    view.table("points", &[&name, "value", "decision"], points.iter().map(row).collect());
    points.iter().for_each(|point| view.state(point));
    view
}

fn frontier(document: &Value) -> ResultView {
    let mut view = ResultView {
        title: "Exploitability against a social objective".into(),
        question: document["objective"].as_str().map(|of| safe(formula(of))),
        ..ResultView::default()
    };
    view.head("optimum over all populations", &document["optimum"]);
    for (label, key) in
        [("price of anarchy", "price_of_anarchy"), ("price of stability", "price_of_stability")]
    {
        let price = &document[key];
        let shown = match price["kind"].as_str() {
            Some("infinite") => safe("infinite".into()),
            Some("ratio") if price["upper"].is_null() => {
                safe(format!("at least {}", markup(&price["lower"])))
            }
            Some("ratio") => safe(markup(price)),
            _ => "none: the objective takes both signs".into(),
        };
        view.headline.push((label.into(), shown));
    }
    head_facts(&mut view, document);
    view.draw(figures::frontier(document));
    for (side, caption) in [("worst", "worst equilibrium"), ("best", "best equilibrium")] {
        let points = document[side]["points"].as_array().map_or(&[][..], Vec::as_slice);
        let row = |point: &Value| vec![safe(markup(&point["epsilon"])), safe(markup(point))];
        view.table(caption, &["ε", "value"], points.iter().map(row).collect());
        points.iter().for_each(|point| view.state(point));
    }
    view
}

fn sensitivity(document: &Value) -> ResultView {
    let mut view = ResultView { title: "When the model is wrong".into(), ..ResultView::default() };
    for (label, key) in [("relaxed decision guarantees", "relaxed"), ("naive decision", "naive")] {
        let row = &document[key];
        let words = safe(format!("{}: {}", decision(&row["decision"]), markup(&row["guarantee"])));
        view.headline.push((label.into(), words));
        view.state(&row["guarantee"]);
    }
    head_facts(&mut view, document);
    for (label, key) in [
        ("error of the followers' rewards", "reward"),
        ("error of transitions", "transition"),
        ("error of the leader's data", "leader"),
    ] {
        view.number(label, &document["errors"][key]);
    }
    view.number("true value", &document["true_value"]);
    let row = |row: &Value| {
        let mut cells = vec![safe(decision(&row["decision"]))];
        let numbers = ["kappa", "omega", "relaxed_value", "guarantee", "loss"];
        cells.extend(numbers.map(|key| safe(markup(&row[key]))));
        cells
    };
    let rows = document["decisions"].as_array().into_iter().flatten().map(row).collect();
    let head = ["decision", "κ", "ω", "value at ε + κ", "guarantee", "loss"];
    view.table("decisions", &head, rows);
    view
}

fn verification(document: &Value) -> ResultView {
    let mut view =
        ResultView { title: "What another solver says, judged".into(), ..ResultView::default() };
    let verdict = match document["holds"].as_bool() {
        Some(true) => "all claims hold",
        Some(false) => "a claim does not hold",
        None => "not decided",
    };
    view.headline.push(("verdict".into(), verdict.into()));
    view.headline.push(("exploitability".into(), safe(markup(&document["exploitability"]))));
    head_facts(&mut view, document);
    for (label, key) in [
        ("leader's reward", "leader_reward"),
        ("what the best deviation earns", "follower_value"),
        ("what a follower earns", "follower_reward"),
        ("largest change by normalisation", "normalised_by"),
        ("value of the game", "value"),
        ("loss of the decision", "loss"),
    ] {
        view.number(label, &document[key]);
    }
    view.populations(&document["populations"]);
    for (label, key) in [("least reward over the ε-equilibria", "least"), ("greatest", "greatest")]
    {
        let end = &document["range"][key];
        view.number(label, end);
        view.state(end);
    }
    let row = |check: &Value| {
        let holds = match check["holds"].as_bool() {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => "not decided",
        };
        let numbers = ["claimed", "actual"].map(|key| safe(markup(&check[key])));
        let [claimed, actual] = numbers;
        vec![text(&check["quantity"]).replace('_', " ").into(), claimed, actual, holds.into()]
    };
    let rows = document["checks"].as_array().into_iter().flatten().map(row).collect();
    view.table("claims", &["quantity", "claimed", "actual", "verdict"], rows);
    view
}

fn map(document: &Value) -> ResultView {
    let mut view = ResultView {
        title: "The ε-equilibria through two statistics".into(),
        ..ResultView::default()
    };
    for (label, key) in [
        ("cells that hold an ε-equilibrium", "inside"),
        ("cells that hold none", "outside"),
        ("undecided cells", "undecided"),
    ] {
        let count = document[key].as_u64().unwrap_or(0);
        view.headline.push((label.into(), count.into()));
    }
    head_facts(&mut view, document);
    for (label, key) in [("across", "x"), ("upwards", "y")] {
        let axis = &document[key];
        view.fact(label, safe(formula(&text(&axis["of"]))));
        let range = format!("{} to {}", markup(&axis["least"]), markup(&axis["greatest"]));
        view.fact("  range", safe(range));
        view.state(&axis["least"]);
        view.state(&axis["greatest"]);
    }
    view.draw(figures::map(document));
    for claim in document["claims"].as_array().into_iter().flatten() {
        view.state(claim);
    }
    view
}
