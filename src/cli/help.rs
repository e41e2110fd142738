//! Longer help: the mathematics in a few lines, and examples.

pub(super) const PROGRAM: &str = "\
Certified values of finite Stackelberg mean-field games.

A leader commits to a decision u. A population of identical followers, with finitely many stages, states and \
actions, then settles into an eps-equilibrium: a flow d whose average regret Expl(u, d) is at most eps. There may be many. \
The pessimistic value is what the leader can guarantee,

    V_eps = sup over u of  min { J0(u, d) : d an eps-equilibrium at u },

with J0 her reward; the optimistic value has max in place of min. Every bound that is printed was accepted by a checker \
that computes with integers and rationals alone.

Numbers are exact: 0.1 and 1/10 mean one tenth. Exit status: 0 answered and proved, or valid; 1 answered but not proved to \
the gap, or invalid; 2 bad input, I/O, or not supported.";

pub(super) const PROGRAM_EXAMPLES: &str = "\
Examples:
  smfg solve models/moral_hazard_grid.toml --epsilon 1/100 --certificate wage.cert
  smfg check models/moral_hazard_grid.toml wage.cert
  smfg range models/moral_hazard.toml --decision wage=7/20 --epsilon 1/100
  smfg info models/epidemic.toml
  smfg generate mdp --stages 10 --states 100 --decisions 3 --seed 1 > game.json

`smfg COMMAND --help` explains a command.";

#[cfg(feature = "solver")]
pub(super) const SOLVE: &str = "\
Certified value of a game, with the leader's decision and the equilibrium that she has to fear.

For a decision u, NE_eps(u) is the set of flows d of the followers with exploitability Expl(u, d) = V*(u, d) - r'd <= eps: \
what one follower could gain by deviating alone, averaged over the population. `solve` proves

    lower <= V_eps = max over u of  min { J0(u, d) : d in NE_eps(u) } <= upper.

Lower bound: a decision, and multipliers of the row Expl <= eps with exact backward inductions, over boxes of the population when exploitability is not \
convex. Upper bound: for every decision an eps-equilibrium at which she gets no more. The result is `exact` when both are the same rational, \
`within_gap` when they differ by at most --gap, and `limit` otherwise (status 1). A time limit or Ctrl-C still gives \
proved bounds; a second Ctrl-C leaves at once.

A leader with variables, mixed actions or a process of her own: simplices cover her decisions, each with a response of the followers that is an eps-equilibrium \
on all of it, or a bound of the best equilibrium. With more than 8 free parameters: the best decision that an ascent finds, certified, and \
an upper bound by ranges or, in class C0, by a tree of best responses. Followers of class C0: exactly. C1: exactly \
at eps = 0 where patterns of play can be enumerated, else to --gap. C2 and C3: to --gap, by boxes of the population's statistics, of which there should be few.

--checkpoint FILE keeps what is found while the command works; the same command goes on from it after a limit, a kill, a full disk or on \
another machine, and believes nothing of it unchecked.

--robust reward=D,transition=D,leader=D: the value is what the best decision guarantees in every true game whose data differ from this one by at most these \
errors, V(eps + kappa) - omega (`smfg sensitivity --help` explains them); the certificate is a bundle.";

#[cfg(feature = "solver")]
pub(super) const SOLVE_EXAMPLES: &str = "\
Examples:
  smfg solve models/tie.toml
  smfg solve models/moral_hazard_grid.toml --epsilon 1/100 --format json
  smfg solve models/queue_tolls.toml --epsilon 0.25 --selection optimistic --time-limit 60
  smfg solve models/moral_hazard_grid.toml --epsilon 1/100 --decision wage=2/5 --certificate wage.cert
  smfg solve models/moral_hazard_grid.toml --epsilon 1/100 --robust reward=1/100,leader=1/50";

#[cfg(feature = "solver")]
pub(super) const RANGE: &str = "\
Least and greatest value of the leader's reward, or of any expression, over the eps-equilibria of one decision.

For the decision u given by --decision, `range` proves bounds of both ends of

    [ min J0(u, d), max J0(u, d) ]    over the flows d with Expl(u, d) <= eps.

--of puts an expression in place of J0: it is written as in a game file, may use the leader's parameters and the file's definitions, and \
names populations with their stage: mu[infected]@3 is the mass of the infected at stage 3, mean(s.wealth)@0 an average. The decision \
of a leader with variables is any point of her decision set: wage=7/20. Each end is `exact`, `within_gap` or `limit` as for `solve`, \
and comes with an equilibrium; a time limit is shared by both. The certificates of the two ends are written as one bundle, \
which `smfg check` verifies.";

#[cfg(feature = "solver")]
pub(super) const RANGE_EXAMPLES: &str = "\
Examples:
  smfg range models/tie.toml --decision risky
  smfg range models/moral_hazard.toml --decision wage=7/20 --epsilon 1/100
  smfg range models/moral_hazard_grid.toml --decision wage=2/5 --epsilon 1/100 --of \"mu[*, work]@0\" --certificate work.cert
  smfg check models/moral_hazard_grid.toml work.cert";

#[cfg(feature = "solver")]
pub(super) const EQUILIBRIA: &str = "\
All equilibria of one decision at eps = 0, when transitions do not depend on the population and rewards are affine in it (classes C0, C1).

An equilibrium leaves every action in every state unused or finds it optimal, so the equilibria are a union of polytopes. `equilibria` lists those \
that lie in no other one, with their vertices as exact fractions, the number of connected components, and how many are isolated points. \
The certificate proves that there are no equilibria elsewhere, that every vertex is one, and that on each polytope every mass lies between \
those of the vertices; so a single vertex is proved to be all of its polytope. That vertices of larger polytopes are complete, and which polytopes \
touch, is computed in exact arithmetic and not part of the certificate. Games that need more than --nodes or --pairs are refused.";

#[cfg(feature = "solver")]
pub(super) const EQUILIBRIA_EXAMPLES: &str = "\
Examples:
  smfg equilibria models/adoption.toml --decision none
  smfg equilibria models/adoption.toml --decision subsidy=1/2 --certificate half.cert
  smfg check models/adoption.toml half.cert";

#[cfg(feature = "solver")]
pub(super) const SENSITIVITY: &str = "\
What a decision guarantees when the model is wrong, and the decision that guarantees most.

GAME is the model one has. The truth differs from it by stated errors, or is the game of --against, with the same stages, states, actions and decisions. \
For every policy of the followers its exploitability in the truth differs from that in the model by at most kappa, and the leader's reward by at most omega; \
both numbers are computed exactly, per decision of a finite list (up to 64), and recomputed by `smfg check`. Then, with V in the model and V' in the truth,

    V'(eps + 2 kappa) - omega <= V(eps + kappa) <= V'(eps) + omega      for every decision.

The naive decision is optimal in the model at eps. The relaxed decision has the largest guarantee V(eps + kappa) - omega. Errors: --reward-error bounds |r - r'| and \
--transition-error the sum over next states of |P - P'|, at every stage, state, action, decision and population; --leader-error bounds, per stage, the change of her reward per \
unit of mass together with what her payoff adds. With --against the true values and losses of both decisions are proved too.";

#[cfg(feature = "solver")]
pub(super) const SENSITIVITY_EXAMPLES: &str = "\
Examples:
  smfg sensitivity models/tie.toml --reward-error 1/100
  smfg sensitivity models/queue_tolls.toml --epsilon 1/4 --reward-error 1/100 --transition-error 1/1000
  smfg sensitivity model.toml --against truth.toml --certificate both.cert
  smfg check model.toml both.cert --against truth.toml";

#[cfg(feature = "solver")]
pub(super) const SWEEP: &str = "\
The value as a function of epsilon, V_eps for A <= eps <= B, or of a constant of the game.

With --epsilon A:B. In games of class C0 with a linear leader and a finite list of decisions (or one --decision) the function is piecewise linear: all of its breakpoints are \
computed exactly, and one certificate proves the whole curve. --points N prints its values at N equidistant points besides. Elsewhere certified bounds at \
points enclose the function, because a larger epsilon admits more equilibria: pessimistically V_eps lies between the lower bound at the next point and the upper bound at the \
point before. Points are added where the enclosed area is largest, until the curves are --width apart, or an interval is shorter than --jump-precision: there the value jumps.

With --parameter NAME=A:B:N, for a constant NAME under [define] of the game file: the value at --epsilon at N equidistant values of the constant. Each \
certificate names the changed game by its hash and says `with NAME VALUE`; `smfg check` makes that change in the game file itself.

With --out DIR, every point is solved alone, and its answer and certificate are put into the folder; --shard I/N does the I-th of N shares of \
the points, so that many machines can do one sweep. Points that are proved there already are left, and open ones are searched again. `smfg gather DIR` \
checks and collects them.";

#[cfg(feature = "solver")]
pub(super) const SWEEP_EXAMPLES: &str = "\
Examples:
  smfg sweep models/moral_hazard_grid.toml --epsilon 0:1/4
  smfg sweep models/moral_hazard_grid.toml --epsilon 0:1/4 --points 1000 --csv wage.csv --plot wage.svg --certificate wage.cert
  smfg sweep models/corner.toml --epsilon 0.05:0.15
  smfg sweep models/epidemic_menu.toml --parameter beta=1/2:1:6 --epsilon 1/100 --certificate beta.cert
  smfg check models/epidemic_menu.toml beta.cert
  smfg sweep models/epidemic_menu.toml --epsilon 0:1/20 --points 40 --out points --shard 3/8";

pub(super) const GATHER: &str = "\
The points of a sweep that several calls of `smfg sweep --out DIR --shard I/N` did, on one machine or many.

Workers are not trusted: the exact checker reads every certificate again, and what an answer says has to be what its certificate proves, of the game \
in the folder (or of --game) at the point of the plan. Points whose files are missing are listed, as are those that are refused, with the reason. \
Status 0: every point is proved to the gap; 1: some are not.";

pub(super) const GATHER_EXAMPLES: &str = "\
Examples:
  smfg sweep models/corner.toml --epsilon 0:1/10 --points 11 --out points --shard 1/2
  smfg sweep models/corner.toml --epsilon 0:1/10 --points 11 --out points --shard 2/2
  smfg gather points --game models/corner.toml --certificate corner.cert --csv corner.csv
  smfg check models/corner.toml corner.cert";

#[cfg(feature = "solver")]
pub(super) const FRONTIER: &str = "\
Exploitability against a social objective, for one decision of the leader.

For every level eps of exploitability in --epsilon A:B, the worst and the best value of the objective over all populations with Expl(u, d) <= eps, \
exactly in class C0 and enclosed elsewhere, as `sweep` does it. --objective is any expression as in `range --of`; without it, the leader's reward. More is better; with --cost less is. \
At eps = A both are compared with the optimum over all populations: the price of anarchy is the ratio of the worst, the price of stability that of the best equilibrium \
to the optimum, said so that it is at least 1: optimum / equilibrium for objectives that are never negative, equilibrium / optimum for costs and for objectives that are \
never positive. The certificates of both functions and of the optimum are written as one bundle, which concludes with the optimum and both prices for `smfg check` to verify.";

#[cfg(feature = "solver")]
pub(super) const FRONTIER_EXAMPLES: &str = "\
Examples:
  smfg frontier models/pigou_latency.toml --decision toll=0
  smfg frontier models/braess.toml --decision toll=0 --epsilon 0:1/2 --plot braess.svg
  smfg frontier models/adoption.toml --decision none --epsilon 0:1/4 --certificate none.cert
  smfg frontier models/tie.toml --decision risky --objective \"mu[*, second]@0\" --cost --epsilon 0:1";

#[cfg(feature = "solver")]
pub(super) const MAP: &str = "\
The eps-equilibria of one decision, projected on two statistics of the population.

--of is given twice: across and upwards. A window around the certified ranges of both is divided into cells, and each cell is proved to be *inside*, when an \
exact witness is an eps-equilibrium whose statistics lie in it, or *outside*, when no eps-equilibrium has its statistics in it; otherwise it is undecided. Cells that \
are not outside are divided into four until there are --cells per side, or the time is used up.

The proofs are certificates about a (X - p)^2 + b (Y - q)^2 in place of the leader's reward: a lower bound of its least value is an empty ellipse around (p, q), and every \
cell within it is outside; an upper bound is an ellipse that holds an eps-equilibrium, and a cell around it is inside. --format json says which certificates show which cell; \
--certificate writes them as one bundle for `smfg check`, --plot a picture (docs/map.md).";

#[cfg(feature = "solver")]
pub(super) const MAP_EXAMPLES: &str = "\
Examples:
  smfg map models/rock_paper_scissors.toml --of \"mu[rock]@1\" --of \"mu[paper]@1\" --epsilon 1/20 --plot rock.svg
  smfg map models/adoption_waves.toml --decision none --of \"mu[*, adopt]@0\" --of \"mu[*, adopt]@1\" --epsilon 1/100 --time-limit 60
  smfg map models/rock_paper_scissors.toml --of \"mu[rock]@1\" --of \"mu[paper]@1\" --epsilon 1/20 --certificate rock.bundle --format json > rock.json
  smfg check models/rock_paper_scissors.toml rock.bundle";

pub(super) const CHECK: &str = "\
Exact verification of a certificate, with no solver inside.

A certificate claims lower <= V_eps <= upper for one game, named by its hash, and gives the steps that show it: \
multipliers whose bounds are recomputed by backward induction, and policies whose flows are eps-equilibria. The checker recomputes \
every step in integers and rationals (docs/certificate.md). It prints `valid` with the claim (status 0), or `invalid` with the line \
and the reason (status 1). A bundle, as `smfg range` writes it, is valid when each of its certificates is.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  smfg check models/queue_tolls.toml queue.cert
  smfg check models/queue_tolls.toml queue.cert --format json";

pub(super) const VERIFY: &str = "\
What another solver says about one decision and what the followers play, judged.

CLAIM is a JSON object (smfg-claim/1) with `decision`, `policy` or `occupation` (nested lists, or the path of an .npy or .npz file; axes \
[stage][state][action]), and any of `exploitability`, `leader_reward`, `follower_value`, `follower_reward`, `value`, `epsilon`, `tolerance`; or the array file itself. \
Floating-point numbers are taken as the exact binary numbers they are. `verify` computes flow, exploitability and rewards in exact arithmetic, or encloses them \
with outward rounding where fractions would be too long, and says of every claimed number whether it holds. Then it certifies the range of the leader's \
reward over the eps-equilibria of the decision, where the submitted one lies in it, the value of the game, and what the decision loses against it \
(not with --no-solve). docs/verify.md explains every number. Exit status: 0 all claims hold; 1 one fails, or is undecided; 2 bad input.";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  smfg verify models/left_right.toml claim.json
  smfg verify models/adoption.toml policy.npy --decision none --no-solve
  smfg verify models/adoption.toml policy.npz --decision half --epsilon actual --certificate half.cert
  smfg verify models/left_right.toml policy.npy --horizon-convention last-index";

#[cfg(feature = "solver")]
pub(super) const REPORT: &str = "\
Results as one self-contained HTML page, for a phone, a screen or paper: no scripts, no other files.

RESULT is what --format json prints, or a certificate. The page has each game in words and formulas, the answers with their bounds, figures and tables. \
Every certificate that a result names is checked again, by the exact checker; the page says whether it is valid and states the numbers of the answer, its SHA-256, and how to \
check it. A certificate is looked for where the result says, and in the folder of the result. Exit status: 0 every answer is confirmed by a valid certificate; 1 one is not.";

#[cfg(feature = "solver")]
pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  smfg solve models/queue_tolls.toml --epsilon 1/4 --certificate queue.cert --format json > queue.json
  smfg sweep models/queue_tolls.toml --epsilon 0:1/2 --certificate curve.cert --format json > curve.json
  smfg report queue.json curve.json --game models/queue_tolls.toml --output queue.html";

pub(super) const INFO: &str = "\
What a game file describes: sizes, class, leader, bounds of rewards, canonical hash.

Classes say how the population enters the followers' data: C0 not at all; C1 rewards affine in it, transitions fixed; \
C2 rewards polynomial, transitions fixed; C3 transitions depend on it. Within C1, `structure` says whether the game is linear, monotone, potential or \
general, and in how many directions exploitability is not convex. The population enters through aggregates \
m_k = sum of weights times d_t(s, a). Pairs are the available (state, action) at all stages. With --expand, rewards and transition \
probabilities are printed for every pair, as polynomials in the leader's parameters and the aggregates.";

pub(super) const INFO_EXAMPLES: &str = "\
Examples:
  smfg info models/epidemic.toml
  smfg info models/tie.toml --expand
  smfg info models/queue_tolls.toml --format json";

pub(super) const GENERATE: &str = "\
Benchmark instances, deterministic by seed: the same parameters give the same game on every machine.";

pub(super) const GENERATE_EXAMPLES: &str = "\
Examples:
  smfg generate mdp --stages 10 --states 100 --actions 5 --successors 5 --decisions 3 --seed 1 > game.json
  smfg generate mdp --states 1000 --output large.json
  smfg generate mean-field --interaction crowd --stages 5 --states 5 --actions 4 --aggregates 2 > crowd.json
  smfg generate mean-field --interaction dynamics --stages 4 --states 4 --seed 1 > dynamics.json
  smfg generate grid --rows 10 --columns 10 --stages 20 > grid.json";

pub(super) const MDP: &str = "\
A random decision process of class C0, as a JSON game file with tables.

Every state and action leads to --successors states, with probabilities that are multiples of 1/1024; rewards of followers and leader are \
multiples of 1/64 between -1 and 1. With n > 1 decisions the leader sets a price i/n, i = 0..n-1, which multiplies a second \
random table of rewards.";

pub(super) const MEAN_FIELD: &str = "\
A random mean-field game as a JSON game file with tables: a decision process of the family `mdp` whose followers react to aggregates

    m_k = mass of half of the states playing half of the actions, averaged over 1, 2, 4 or 8 stages.

monotone: followers that count in m_k lose c_k m_k, c_k in 1/8 .. 1 (C1, monotone). crowd: they gain it (C1). \
general: every reward contains about half of the aggregates, with coefficients between -1 and 1 (C1). dynamics: the same, and at every state and \
action some probability moves from one successor to another in proportion to an aggregate of this stage or earlier ones (C3).";

pub(super) const GRID: &str = "\
A crowd on a grid as a JSON game file: every place at every stage is a statistic (C1, monotone).

A follower stays or moves to a neighbour; with the probability --slip a random one of the five moves takes the place of hers. She earns \
a random number, a multiple of 1/2^20 between -1/5 and 1/5, per stage, place and action, less --congestion times the mass in her place.";

pub(super) const IMPORT: &str = "\
A finite game of any number of players as a game file: one state per player, of mass 1 / players.

Exploitability is then the mean of the players' regrets. The leader earns the sum of the players' payoffs; the payoff of one of them is \
the formula \"payoff of NAME\". docs/finite.md says more.";

pub(super) const IMPORT_EXAMPLES: &str = "\
Examples:
  smfg import prisoners.nfg --output prisoners.json
  smfg equilibria prisoners.json
  smfg range prisoners.json --of '\"payoff of Alice\"'";

pub(super) const MODELS: &str = "\
The collection of instances that comes with the program: published games, finite games, random families, with certified values.

Without NAME, a line per instance; --status, --class, --most-pairs, --least-pairs and --containing choose among them. With NAME, where the game is from, \
its values with their certificates, what is known of them elsewhere; --write FILE writes the game file. An instance is closed when all of its values are known \
to a relative gap of at most 1/1000, and open otherwise. --validate makes every game again and compares it with the index; with --certificates DIR, the folder of the \
repository, every certificate kept there is checked. docs/collection.md says how to cite, to compare and to add.";

pub(super) const MODELS_EXAMPLES: &str = "\
Examples:
  smfg models --status open
  smfg models --class C3 --most-pairs 100 --format json
  smfg models braess
  smfg models braess --write braess.toml
  smfg models --validate";

pub(super) const EXPORT: &str = "\
The inner problem of one decision as a mathematical programme: the least (or greatest) leader reward over the eps-equilibria.

Variables are the masses d of states and actions, values v of states and aggregates m of the population; rows say that d is a flow, that v is at least \
what every action brings (Bellman), and that the followers' regret, initial law times v less the rewards of d, is at most eps. The programme is linear in class C0, \
has one quadratic row in C1 (and as many as there are products elsewhere), and is not convex in general. Numbers are rounded to binary64, so that what another \
solver finds is a claim, which `smfg verify` judges, and not a proof. docs/export.md has the formulas and how solvers are called.";

pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  smfg export models/tie.toml --decision risky --format lp
  smfg export models/braess.toml --decision 'toll 1/4' --epsilon 1/50 --format lp --output braess.lp
  smfg export models/epidemic.toml --decision tax=3/5 --format nl --output epidemic.nl";
