#!/usr/bin/env python3
"""A worker of Kymograph whose engine is a stand-in: put yours into compile, instantiate and execute."""
import hashlib, json, sys, time

def compile(code): return code[8:]
def instantiate(compiled): return len(compiled)
def execute(instance, stdout):
    stdout.write(b"%d bytes of sections\n" % instance)
    return 0  # the exit code

class Failure(Exception): pass  # its arguments are the outcome's kind, field and text

def measure(ask, phases, metrics):
    code, samples, verification = open(ask["module"], "rb").read(), [], None
    for plan in phases:
        phase, warmup, iterations = plan["phase"], plan["warmup"], plan["iterations"]
        samples.append({"phase": phase, "metric": "wall_time", "unit": "s", "warmup": warmup, "values": []})
        for _ in range(warmup + iterations):
            with open(ask["stdout"], "wb") as stdout, open(ask["stderr"], "wb"):
                clock = [time.perf_counter()]
                compiled = compile(code); clock.append(time.perf_counter())
                instance = instantiate(compiled); clock.append(time.perf_counter())
                if phase == "execute": exit_code = execute(instance, stdout); clock.append(time.perf_counter())
            ended = ["compile", "instantiate", "execute"].index(phase) + 1
            samples[-1]["values"].append(clock[ended] - clock[ended - 1])
            if phase != "execute": continue
            output = open(ask["stdout"], "rb").read()
            digest = hashlib.sha256(output).hexdigest()
            found = {"exit_code": exit_code, "stdout_sha256": digest, "stdout_bytes": len(output)}
            if verification not in (None, found) and not ask.get("output_varies"):
                raise Failure("wrong_output", "message", f"{verification}, then {found}")
            verification = found
    absent = [{"metric": metric, "reason": "not measured"} for metric in metrics if metric != "wall_time"]
    return {"type": "result", "samples": samples, "absent": absent, "stdout": ask["stdout"], "stderr": ask["stderr"],
            **({"verification": verification} if verification else {})}

def answer(request):
    global ask
    if request["type"] == "measure": return measure(ask, request["phases"], request["metrics"])
    ask = request
    if hashlib.sha256(open(ask["module"], "rb").read()).hexdigest() != ask["sha256"]:
        raise Failure("invalid", "message", "the module is another one than was asked for")
    if ask["region"] != "start": raise Failure("unsupported", "feature", "regions other than start")
    return {"type": "opened", "settings": {}}

def say(line): print(json.dumps(line), flush=True)

say({"type": "hello", "protocol": 1, "name": "example", "engine_version": "0.1", "build_id": "1",
     "metrics": ["wall_time"], "strategies": [{"name": "only", "features": [], "kinds": ["core"]}]})
for request in map(json.loads, sys.stdin):
    if request["type"] == "close": break
    try: say(answer(request))
    except Failure as failure:
        kind, field, text = failure.args
        say({"type": "failure", "outcome": {"kind": kind, field: text}})
