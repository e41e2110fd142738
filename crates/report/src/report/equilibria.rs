//! The answer of `equilibria`.
//!
//! JSON: one object, `smfg-equilibria-result/1`. `polytopes` lists `component`, `support` and
//! `vertices`; a vertex has its `policy` as `[stage][state][action]`, and the `masses` of the
//! support.

use super::cells::{cell, count};
use super::decision::decision;
use super::json::{Exact, List, write_document};
use super::number::NumberText;
use super::policy::PolicyRows;
use super::solve_json::{CertificateNote, ChosenDecision, GameName};
use super::table::{write_field, write_table};
use super::words::{action_name, plain, state_name};
use crate::certificate::PairAt;
use crate::equilibrium::support::{EquilibriumPolytope, EquilibriumSet, EquilibriumVertex};
use crate::exact::Rational;
use crate::game::{Game, classify};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// Most vertices that text shows; JSON has all.
const MOST_SHOWN: usize = 60;

/// What `equilibria` prints.
#[derive(Debug, Clone, Copy)]
pub struct EquilibriaReport<'a> {
    /// The game.
    pub game: &'a Game,
    /// The decision, by its position in the game file.
    pub decision: usize,
    /// The answer, whose certificate the checker accepted.
    pub set: &'a EquilibriumSet,
    /// Whether it is proved that there is one equilibrium only.
    pub unique: bool,
    /// Size of the certificate.
    pub bytes: usize,
    /// Where it was written, if it was.
    pub path: Option<&'a str>,
}

impl EquilibriaReport<'_> {
    /// Writes a summary for people.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let EquilibriaReport { game, set, .. } = *self;
        let numbers = NumberText::default();
        let classification = classify(game);
        write_field(out, "game", &game.name)?;
        write_field(out, "class", &format!("{}: {}", classification.class, classification.reason))?;
        write_field(out, "epsilon", "0")?;
        let chosen = game.finite_decisions().and_then(|decisions| decisions.get(self.decision));
        write_field(
            out,
            "decision",
            &chosen.map(|chosen| decision(game, chosen, &numbers)).unwrap_or_default(),
        )?;
        let found = if self.unique {
            "one, proved to be the only one".into()
        } else {
            let (polytopes, components) = (
                count(set.polytopes.len(), "polytope"),
                count(set.components, "connected component"),
            );
            format!("{polytopes} in {components}, of which {} isolated", set.isolated)
        };
        write_field(out, "equilibria", &found)?;
        let mut left = MOST_SHOWN;
        for (index, polytope) in set.polytopes.iter().enumerate() {
            writeln!(out)?;
            let vertices = count(polytope.vertices.len(), "vertex").replace("vertexs", "vertices");
            write_field(
                out,
                &format!("polytope {}", index + 1),
                &format!("component {}, {vertices}", polytope.component + 1),
            )?;
            let rows = self.rows(polytope, left);
            write_table(out, &rows)?;
            let shown = polytope.vertices.len().min(left);
            left -= shown;
            if shown < polytope.vertices.len() {
                writeln!(
                    out,
                    "  and {} more vertices: --format json prints all",
                    polytope.vertices.len() - shown
                )?;
            }
        }
        writeln!(out)?;
        let written = self.path.map(|path| format!(", written to {path}")).unwrap_or_default();
        write_field(
            out,
            "certificate",
            &format!(
                "checked ({} bytes{written}): every equilibrium uses the pairs of a polytope and",
                self.bytes
            ),
        )?;
        writeln!(
            out,
            "                finds all of them optimal, every vertex is one, and masses lie between those of the vertices"
        )?;
        write_field(out, "statistics", &count(set.nodes, "node"))
    }

    /// A header, and a row per pair of the support: stage, state, action, mass at each vertex.
    fn rows(&self, polytope: &EquilibriumPolytope, most: usize) -> Vec<Vec<String>> {
        let shown = &polytope.vertices[..polytope.vertices.len().min(most)];
        let mut header: Vec<String> = ["stage", "state", "action"].map(String::from).to_vec();
        header.extend((1..=shown.len()).map(|number| format!("mass {number}")));
        let mut rows = vec![header];
        for (position, pair) in polytope.support.iter().enumerate() {
            let (state, action) =
                (state_name(self.game, pair.state), action_name(self.game, pair.action));
            let mut row = vec![pair.stage.to_string(), plain(state), plain(action)];
            row.extend(shown.iter().map(|vertex| cell(&vertex.masses[position])));
            rows.push(row);
        }
        rows
    }

    /// Writes the JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let hash = self.game.hash();
        let decision =
            self.game.finite_decisions().and_then(|decisions| decisions.get(self.decision));
        write_document(
            out,
            &Document { report: self, hash: &hash, decision: decision.map(Cow::Borrowed) },
        )
    }
}

struct Document<'a> {
    report: &'a EquilibriaReport<'a>,
    hash: &'a str,
    decision: Option<Cow<'a, crate::game::Decision>>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let EquilibriaReport { game, set, unique, bytes, path, .. } = *self.report;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", "smfg-equilibria-result/1")?;
        map.serialize_entry("command", "equilibria")?;
        map.serialize_entry("game", &GameName::of(game, self.hash))?;
        map.serialize_entry("epsilon", "0")?;
        map.serialize_entry("class", &classify(game).class.to_string())?;
        map.serialize_entry(
            "decision",
            &self.decision.clone().map(|decision| ChosenDecision { game, decision }),
        )?;
        map.serialize_entry("unique", &unique)?;
        map.serialize_entry("components", &set.components)?;
        map.serialize_entry("isolated", &set.isolated)?;
        map.serialize_entry(
            "polytopes",
            &List(|| set.polytopes.iter().map(|polytope| PolytopeRows { game, polytope })),
        )?;
        map.serialize_entry("certificate", &CertificateNote { checked: true, path, bytes })?;
        map.serialize_entry("nodes", &set.nodes)?;
        map.end()
    }
}

struct PolytopeRows<'a> {
    game: &'a Game,
    polytope: &'a EquilibriumPolytope,
}

impl Serialize for PolytopeRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PolytopeRows { game, polytope } = *self;
        let name = move |pair: &PairAt| {
            (pair.stage, state_name(game, pair.state), action_name(game, pair.action))
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("component", &polytope.component)?;
        map.serialize_entry("support", &List(|| polytope.support.iter().map(name)))?;
        map.serialize_entry(
            "vertices",
            &List(|| polytope.vertices.iter().map(|vertex| VertexRows { game, vertex })),
        )?;
        map.end()
    }
}

struct VertexRows<'a> {
    game: &'a Game,
    vertex: &'a EquilibriumVertex,
}

impl Serialize for VertexRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let masses: &[Rational] = &self.vertex.masses;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("masses", &List(|| masses.iter().map(Exact)))?;
        map.serialize_entry(
            "policy",
            &PolicyRows { game: self.game, policy: &self.vertex.policy },
        )?;
        map.end()
    }
}
