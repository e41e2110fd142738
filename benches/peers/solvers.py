"""A programme solved by SCIP or by COPT: one thread, a gap relative to max(1, |value|), a time limit."""

import os
import sys
import time


class Answer:
    """What a solver said; bound, value and point are None where it has none."""

    def __init__(self, status, bound=None, value=None, point=None, nodes=None, wall=0.0, cpu=0.0):
        self.status, self.bound, self.value, self.point, self.nodes, self.wall, self.cpu = status, bound, value, point, nodes, wall, cpu


def clocked(run):
    """Wall and processor seconds of `run`."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def finite(value):
    """`value`, or None where a solver means infinity."""
    return value if value is not None and abs(value) < 1e19 else None


def solve_scip(programme, gap, limit):
    """SCIP. Its relative gap divides by min(|bound|, |value|), so the absolute one covers values below 1."""
    import pyscipopt

    model = pyscipopt.Model()
    model.hideOutput()
    model.setParams({"limits/gap": gap, "limits/absgap": gap, "limits/time": limit, "timing/clocktype": 1})
    model.setParams({"lp/threads": 1, "parallel/maxnthreads": 1})
    x = [model.addVar(name, lb=low, ub=high) for name, low, high in zip(programme.names, programme.low, programme.high)]
    for linear, products, low, high in programme.rows:
        left = pyscipopt.quicksum(c * x[i] for i, c in linear.items()) + pyscipopt.quicksum(c * x[i] * x[j] for i, j, c in products)
        if low == high:
            model.addCons(left == low)
        else:
            model.addCons(left >= low if high is None else left <= high)
    objective = pyscipopt.quicksum(c * x[i] for i, c in programme.objective.items())
    model.setObjective(objective + programme.objective_constant, "minimize" if programme.sense == "min" else "maximize")
    wall, cpu = clocked(model.optimize)
    status = {"optimal": "optimal", "gaplimit": "optimal", "timelimit": "time limit"}.get(model.getStatus(), model.getStatus())
    best = model.getBestSol() if model.getNSols() else None
    point = [model.getSolVal(best, variable) for variable in x] if best else None
    value = model.getSolObjVal(best) if best else None
    return Answer(status, finite(model.getDualbound()), value, point, model.getNTotalNodes(), wall, cpu)


_environment = None


def solve_copt(programme, gap, limit):
    """COPT; without a licence it refuses programmes above its size limit."""
    global _environment
    import coptpy

    if _environment is None:
        # Its messages about licences belong with the progress, not into the tables.
        sys.stdout.flush()
        kept = os.dup(1)
        os.dup2(2, 1)
        try:
            _environment = coptpy.Envr()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    model = _environment.createModel("inner")
    model.setParam("Logging", 0)
    for name, value in {"NonConvex": 2, "RelGap": gap, "AbsGap": gap, "TimeLimit": limit, "Threads": 1}.items():
        model.setParam(name, value)
    x = [model.addVar(lb=low, ub=high) for low, high in zip(programme.low, programme.high)]
    for linear, products, low, high in programme.rows:
        left = coptpy.LinExpr([(x[i], c) for i, c in linear.items()])
        if products:
            left = coptpy.QuadExpr(left)
            for i, j, c in products:
                left.addTerm(c, x[i], x[j])
        relation = left == low if low == high else (left >= low if high is None else left <= high)
        (model.addQConstr if products else model.addConstr)(relation)
    objective = coptpy.LinExpr([(x[i], c) for i, c in programme.objective.items()]) + programme.objective_constant
    model.setObjective(objective, coptpy.COPT.MINIMIZE if programme.sense == "min" else coptpy.COPT.MAXIMIZE)
    try:
        wall, cpu = clocked(model.solve)
    except coptpy.CoptError as error:
        return Answer(f"refused: {error}")
    # A programme without products is linear, and COPT reports it by other names.
    continuous = not any(products for _, products, _, _ in programme.rows)
    if continuous:
        optimal = model.LpStatus == coptpy.COPT.OPTIMAL
        value = model.LpObjVal if optimal else None
        return Answer("optimal" if optimal else "time limit", value, value, [v.X for v in x] if optimal else None, 1, wall, cpu)
    code = model.MipStatus
    status = {coptpy.COPT.OPTIMAL: "optimal", coptpy.COPT.TIMEOUT: "time limit", coptpy.COPT.INFEASIBLE: "infeasible"}.get(code, f"status {code}")
    has = bool(model.HasMipSol)
    return Answer(status, finite(model.BestBnd), model.BestObj if has else None, [v.X for v in x] if has else None, model.NodeCnt, wall, cpu)


SOLVERS = {"scip": solve_scip, "copt": solve_copt}
