mod input;
mod logged;
mod said;
mod scenes;
mod sent;

use signpost::attempts::{Attempts, Budget, Client, Clients, Key, Memory, Secret, Unknown};
use signpost::config::Window;
use signpost::origin_redirect::OriginAnswer;
use signpost::request::{Method, Request};
use signpost::sides::Sides;
use signpost::values::{Position, Switch};
use signpost::{Answer, Surroundings, target};

use input::{Asked, After};
pub(crate) use sent::{check_location, check_read_back};

pub(crate) fn check(bytes: &[u8]) {
    let asked = Asked::read(bytes);
    let received = asked.received();
    let request = asked.request(&received);
    let scene = scenes::scene(asked.scene);
    let sides = Sides::new(&scene.config, scene.next.as_ref());
    let answer = answer(sides, &request, &asked);
    let answer = match asked.after {
        After::Nothing => answer,
        After::OriginFailed => answer.after_origin_failed(),
        After::OriginAnswered => answer.after_origin_answered(&OriginAnswer {
            status: 302,
            locations: &asked.values("x-location"),
            requested: &format!("https://{}{}", asked.host, received.target()),
        }),
    };
    check_kept_back(&answer, &request, asked.switch);
    if let Some(location) = answer.decision().location() {
        check_location(&answer, location.as_str());
        check_read_back(&answer, location.as_str());
    }
    let reply = answer.reply();
    said::check(&answer, &request, reply.as_ref());
    logged::check(&answer, &request, &asked, reply.as_ref());
    if asked.target.contains('?') && answer.decision().location().is_some() {
        check_without_query(sides, &answer, &request, &asked);
    }
}

fn answer<'c, 'r>(sides: Sides<'c>, request: &'r Request<'_>, asked: &Asked<'_>) -> Answer<'c, 'r> {
    let user_agent = asked.value("user-agent").unwrap_or_default();
    let client = || {
        let address = asked.address;
        Some(Client { address, user_agent })
    };
    signpost::answer(
        sides,
        request,
        Surroundings {
            switch: asked.switch,
            health: &|name| asked.is_healthy(name),
            clients: Some(Clients {
                client: &client,
                memory: &mut Remembered(asked.attempts),
                budget: &mut Budget::default(),
                chance: asked.chance,
            }),
            build: &target::build,
        },
    )
}

/// No location leaves for a request that may not be redirected, nor against the switch.
fn check_kept_back(answer: &Answer<'_, '_>, request: &Request<'_>, switch: Switch) {
    let is_proven = answer.decision().location().is_some();
    let may_be_redirected = match request.method() {
        Method::Get | Method::Head => true,
        Method::Preflight => answer.config().is_some_and(|config| config.response().cors),
        Method::Options | Method::Other => false,
    };
    let is_clear = request.segments().is_ok() && request.is_as_received();
    assert!(!is_proven || (may_be_redirected && is_clear), "{request:?}");
    let applies = answer.config().is_none_or(|config| config.applies_to(request.host()));
    assert!(!is_proven || applies, "{request:?}");
    let is_replied = answer.reply().is_some();
    let is_released = answer.because().is_some();
    match switch.position() {
        Position::Off => assert!(!is_replied, "{switch}: {request:?}"),
        Position::Shadow => assert!(!is_replied || is_released, "{switch}: {request:?}"),
        Position::Enforce(_) => {}
    }
    assert!(!is_replied || is_proven, "{request:?}");
}

/// The query is never part of a location.
fn check_without_query(sides: Sides<'_>, answer: &Answer<'_, '_>, request: &Request<'_>, asked: &Asked<'_>) {
    let (path, _) = asked.target.split_once('?').unwrap_or_default();
    let mut without: Asked<'_> = asked.clone();
    without.target = path.into();
    let received = without.received();
    let same = without.request(&received);
    let location = self::answer(sides, &same, asked).decision().location().cloned();
    assert_eq!(location.as_ref(), answer.decision().location(), "{request:?}");
}

/// A memory that says what it is told to say.
struct Remembered(Attempts);

impl Memory for Remembered {
    fn secret(&mut self) -> Result<Secret, Unknown> {
        Ok(Secret::new([7; 32]))
    }

    fn recall(&mut self, _: &Key) -> Result<Attempts, Unknown> {
        Ok(self.0)
    }

    fn remember(&mut self, _: &Key, _: Attempts, _: Window) -> Result<(), Unknown> {
        Err(Unknown)
    }

    fn take_allowance(&mut self) -> Result<bool, Unknown> {
        Ok(self.0.number() < Attempts::MOST)
    }
}
