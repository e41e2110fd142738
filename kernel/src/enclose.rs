//! Enclosures of functions, to choose ends and lines by. No conclusion depends on them: what is
//! chosen is compared with exponentials and powers by the logic ([17]).

use crate::function::{MOST_PRECISION, Span, enclose_exp, magnitude};
use crate::prelude::*;
use dashu_base::BitTest;

impl Data {
    /// A function of the parameters and of the statistics that there are, with ends that are
    /// enclosures to a number of bits. Refused unless the argument is shown to lie in the domain.
    pub fn function(
        &self,
        function: Function,
        argument: Polynomial,
        bits: usize,
    ) -> Done<Statistic> {
        let (least, most) = self.range_of(&argument)?;
        let (a, b) = (enclose(function, &least, bits)?, enclose(function, &most, bits)?);
        let folds = function == Function::Abs && least < Rational::ZERO && most > Rational::ZERO;
        let lower = if folds { Rational::ZERO } else { a.0.min(b.0) };
        Ok(Statistic::Function { function, argument, ends: (lower, a.1.max(b.1)) })
    }
}

/// Two numbers around the value of a function at a number, equal where it is rational; about
/// `2^-bits` of it apart. Refused outside the domain, and where the limits do not allow it.
pub fn enclose(function: Function, at: &Rational, bits: usize) -> Done<Span> {
    show(function.has(at), "an argument outside the domain")?;
    limit(bits < MOST_PRECISION, "an enclosure to too many bits")?;
    let exact = |value: Rational| Ok((value.clone(), value));
    match function {
        Function::Exp if at.is_zero() => exact(Rational::ONE),
        Function::Exp => enclose_exp(at, bits),
        Function::Log if *at == Rational::ONE => exact(Rational::ZERO),
        Function::Log => enclose_log(at, bits),
        Function::Root(degree) => enclose_root(at, degree as usize, bits),
        Function::Inverse => exact(Rational::ONE / at),
        Function::Abs => exact(magnitude(at)),
    }
}

fn enclose_root(at: &Rational, degree: usize, bits: usize) -> Done<Span> {
    let (above, below) = at.clone().into_parts();
    let above = above.into_parts().1;
    // A root of at least 2^bits after the argument is multiplied by 2^(degree shift).
    let short = (below.bit_len() + 1).saturating_sub(above.bit_len());
    let shift = bits + short / degree + 1;
    charge((shift / 64 * degree + number_size(at)).pow(2))?;
    let roots = (above.nth_root(degree), below.nth_root(degree));
    if roots.0.pow(degree) == above && roots.1.pow(degree) == below {
        let root = Rational::from_parts(roots.0.into(), roots.1);
        return Ok((root.clone(), root));
    }
    let root = ((above << (degree * shift)) / below).nth_root(degree);
    let over = |root: Natural| Rational::from_parts(root.into(), Natural::ONE << shift);
    Ok((over(root.clone()), over(root + Natural::ONE)))
}

/// `log x = k log 2 + log m = 2 (k artanh(1/3) + artanh((m - 1) / (m + 1)))`; what is computed so
/// is widened, and then compared with `x` by exponentials.
fn enclose_log(x: &Rational, bits: usize) -> Done<Span> {
    let two = |k: isize| {
        let power = Rational::from(Natural::ONE << k.unsigned_abs());
        if k < 0 { Rational::ONE / power } else { power }
    };
    charge_number(x)?;
    let k = x.numerator().bit_len() as isize - x.denominator().bit_len() as isize;
    // Between 3/4 and 3/2, so that little cancels.
    let halved = x / two(k) < Rational::from_parts(3.into(), 4u8.into());
    let k = k - isize::from(halved);
    let k = k + isize::from(x / two(k) >= Rational::from_parts(3.into(), 2u8.into()));
    let m = x / two(k);
    let z = (&m - Rational::ONE) / (&m + Rational::ONE);
    let small = (z.denominator().bit_len() + 1).saturating_sub(z.numerator().bit_len());
    let width = bits + 64 + if k == 0 { small } else { 0 };
    limit(width <= MOST_PRECISION, "a logarithm too close to 0, or to too many bits")?;
    let third = Rational::from_parts(1.into(), 3u8.into());
    let sum = artanh(&third, width)? * Integer::from(k) + artanh(&z, width)?;
    let value = Rational::from_parts(sum * 2, Natural::ONE << width);
    let margin = magnitude(&value) / two(bits as isize + 1);
    let span = (&value - &margin, value + margin);
    let inside =
        Function::Log.compare(x, &span.0)?.is_gt() && Function::Log.compare(x, &span.1)?.is_lt();
    limit(inside, "a logarithm that is not found")?;
    Ok(span)
}

/// `2^width artanh(z)`, about.
fn artanh(z: &Rational, width: usize) -> Done<Integer> {
    let (above, below) = z.clone().into_parts();
    let (sign, above) = above.into_parts();
    let z = (above << width) / below;
    let square = (&z * &z) >> width;
    let (mut power, mut sum) = (z.clone(), z);
    for j in (3u32..).step_by(2) {
        charge((width / 64 + 1).pow(2))?;
        power = (power * &square) >> width;
        if power.is_zero() {
            break;
        }
        sum += &power / j;
    }
    Ok(Integer::from_parts(sign, sum))
}
