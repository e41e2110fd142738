//! Questions that share a time limit, in passes: what closes early leaves its time to what is open.
//!
//! How long each of several searches needs is known only afterwards. A first pass gives all of them
//! equal shares of the time; in the next one those that were answered are found again at once, and
//! those that were not go on where they were, with the time that is left.

use super::checkpoint::{Keeper, Left};
use super::settings::Settings;
use crate::exact::Rational;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Share of the time that is too short for another pass.
const SHORTEST: u32 = 50;

/// What the passes of a call before this one left, by question. What is to be kept for later calls
/// is passed on.
struct Memory<'a> {
    beyond: Option<&'a dyn Keeper>,
    left: Mutex<BTreeMap<String, Left>>,
}

/// How many questions of a call are answered by now.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'a>(Option<&'a Memory<'a>>);

impl fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Answered").field(&self.count()).finish()
    }
}

impl Answered<'_> {
    /// Their number.
    pub(crate) fn count(self) -> usize {
        self.0.map_or(0, |memory| {
            memory.left().values().filter(|left| matches!(left, Left::Answered { .. })).count()
        })
    }
}

/// Asks by `pass`, and again with what is left of the time as long as that is enough and `open`
/// says how far the bounds of its answer are apart; `None` is for an answer that more time does not
/// make better.
///
/// # Errors
/// Those of the first pass.
pub(crate) fn in_passes<T, E>(
    settings: &Settings<'_>,
    pass: impl Fn(&Settings<'_>, Answered<'_>) -> Result<T, E>,
    open: impl Fn(&T) -> Option<Rational>,
) -> Result<T, E> {
    let control = &settings.control;
    let Some(given) = control.remaining() else { return pass(settings, Answered(None)) };
    let memory = Memory { beyond: settings.keeper, left: Mutex::default() };
    let again = Settings { keeper: Some(&memory), ..settings.clone() };
    let mut best = pass(&again, Answered(Some(&memory)))?;
    while let Some(width) = open(&best)
        && !control.stopped()
        && control.remaining().is_some_and(|spare| spare > given / SHORTEST)
        && let Ok(further) = pass(&again, Answered(Some(&memory)))
    {
        if open(&further).is_none_or(|narrower| narrower <= width) {
            best = further;
        }
    }
    Ok(best)
}

impl Memory<'_> {
    fn left(&self) -> MutexGuard<'_, BTreeMap<String, Left>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper for Memory<'_> {
    fn found(&self, question: &str) -> Option<Left> {
        let here = self.left().get(question).cloned();
        here.or_else(|| self.beyond?.found(question))
    }

    fn periodic(&self) -> bool {
        self.beyond.is_some()
    }

    fn due(&self) -> bool {
        self.beyond.is_some_and(Keeper::due)
    }

    fn keep(&self, question: &str, left: Left, now: bool) {
        if let Some(beyond) = self.beyond {
            beyond.keep(question, left.clone(), now);
        }
        self.left().insert(question.to_owned(), left);
    }

    fn forget(&self, question: &str) {
        self.left().remove(question);
        if let Some(beyond) = self.beyond {
            beyond.forget(question);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use std::cell::RefCell;
    use std::time::Duration;

    fn limited<'a>() -> Settings<'a> {
        let control = crate::equilibrium::Control::default().within(Duration::from_secs(3600));
        Settings { control, ..Settings::new(Rational::ZERO) }
    }

    /// Each pass finds what those before it kept, and the narrowest answer is the last.
    #[test]
    fn passes_end_when_nothing_is_open() {
        let seen = RefCell::new(Vec::new());
        let found = in_passes(
            &limited(),
            |settings, answered| -> Result<u64, ()> {
                let keeper = settings.keeper.expect("a memory");
                let earlier = keeper.found("question");
                seen.borrow_mut().push((answered.count(), earlier.is_some()));
                let certificate = b"certificate".to_vec();
                keeper.keep("question", Left::Answered { certificate, witness: "".into() }, false);
                Ok(3 - seen.borrow().len() as u64)
            },
            |open| (*open > 0).then(|| Rational::from(*open)),
        );
        assert_eq!(found, Ok(0));
        assert_eq!(*seen.borrow(), [(0, false), (1, true), (1, true)]);
    }

    /// A wider answer does not take the place of a narrower one, nor an error that of an answer.
    #[test]
    fn the_narrowest_answer_stands() {
        let widths = RefCell::new(vec![Err(()), Ok(ratio(1, 2)), Ok(ratio(1, 3)), Ok(ratio(1, 1))]);
        let found = in_passes(
            &limited(),
            |_, _| widths.borrow_mut().pop().expect("no pass after an error"),
            |width| Some(width.clone()),
        );
        assert_eq!(found, Ok(ratio(1, 3)));
    }

    /// Without a limit there is one pass, and nothing is remembered.
    #[test]
    fn without_a_limit_there_is_one_pass() {
        let count = std::cell::Cell::new(0);
        let pass = |settings: &Settings<'_>, _: Answered<'_>| -> Result<(), ()> {
            assert!(settings.keeper.is_none());
            count.set(count.get() + 1);
            Ok(())
        };
        let found = in_passes(&Settings::new(Rational::ZERO), pass, |()| Some(Rational::ONE));
        assert_eq!((found, count.get()), (Ok(()), 1));
    }
}
