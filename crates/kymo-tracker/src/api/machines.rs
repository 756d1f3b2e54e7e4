//! Machines, for people.

use super::access::Access;
use super::answer::Answer;
use super::call::Call;
use super::problem::Problem;
use super::route::Route;
use super::wire::{Machines, Pause};
use kymo_model::watch::{MachineView, Role};

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/machines", list).access(Access::Reader).gives::<Machines>(200).summary("The machines"),
        Route::post("/machines/{name}/pause", pause)
            .role(Role::Operator)
            .takes::<Pause>()
            .gives::<MachineView>(200)
            .summary("Let a machine take no more jobs"),
        Route::post("/machines/{name}/resume", resume)
            .role(Role::Operator)
            .gives::<MachineView>(200)
            .summary("Let a machine take jobs again"),
    ]
}

fn list(call: &Call) -> Result<Answer, Problem> {
    Answer::ok(&Machines::whole(call.store(|store| store.machines())?))
}

fn pause(call: &Call) -> Result<Answer, Problem> {
    let because = crate::clean::line(&call.json::<Pause>()?.because, 200);
    if because.is_empty() {
        return Err(Problem::invalid("because must say why the machine is paused"));
    }
    set(call, Some(&because))
}

fn resume(call: &Call) -> Result<Answer, Problem> {
    set(call, None)
}

fn set(call: &Call, because: Option<&str>) -> Result<Answer, Problem> {
    let name = call.name("machine")?;
    let machine = call.store(|store| {
        store.pause_machine(&call.actor(), name, because)?;
        Ok(store.machines()?.into_iter().find(|machine| machine.name == name))
    })?;
    call.api.wakers.wake(name);
    Answer::ok(&machine.ok_or_else(|| Problem::not_found("machine", name))?)
}
