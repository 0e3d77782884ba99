//! From a text to a tree.

use atc_router::ast;
use atc_router::parser;
use atc_router::semantics::Validate as _;

use crate::error::ExpressionError;
use crate::expression::{Expression, PathRegex};
use crate::field::{self, Field, Subsystem};
use crate::limits;
use crate::test::{AddressOperator, Case, NumberOperator, Quantity, Range, Test, TextOperator, TextTest};
use crate::tree::Tree;

/// Parses and checks an expression.
pub(crate) fn parse(text: &str, subsystem: Subsystem) -> Result<Expression, ExpressionError> {
    limits::check(text)?;
    let parsed = parser::parse(text).map_err(|error| ExpressionError::Invalid(error.to_string()))?;
    parsed.validate(&field::schema(subsystem)).map_err(ExpressionError::Invalid)?;
    let mut regexes = Vec::new();
    let tree = tree(parsed, &mut regexes)?;
    Ok(Expression { tree, regexes: regexes.into() })
}

fn tree(parsed: ast::Expression, regexes: &mut Vec<PathRegex>) -> Result<Tree, ExpressionError> {
    match parsed {
        ast::Expression::Predicate(predicate) => test(predicate, regexes).map(Tree::Test),
        ast::Expression::Logical(logical) => match *logical {
            ast::LogicalExpression::Not(inner) => Ok(Tree::Not(Box::new(tree(inner, regexes)?))),
            joined => {
                let (joint, operands) = operands(joined);
                let trees = operands.into_iter().map(|operand| tree(operand, regexes));
                let trees = trees.collect::<Result<Box<[_]>, _>>()?;
                Ok(if joint == Joint::And { Tree::All(trees) } else { Tree::Any(trees) })
            }
        },
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

/// What is joined in the same way in one row, in its order. The parser makes a row of many a chain that hangs to its left,
/// as deep as the row is long.
fn operands(joined: ast::LogicalExpression) -> (Joint, Vec<ast::Expression>) {
    let (joint, mut left, right) = match joined {
        ast::LogicalExpression::And(left, right) => (Joint::And, left, right),
        ast::LogicalExpression::Or(left, right) => (Joint::Or, left, right),
        // The caller has taken this one out.
        not @ ast::LogicalExpression::Not(_) => return (Joint::And, vec![ast::Expression::Logical(Box::new(not))]),
    };
    let mut operands = vec![right];
    loop {
        left = match left {
            ast::Expression::Logical(logical) => match (*logical, joint) {
                (ast::LogicalExpression::And(further, right), Joint::And)
                | (ast::LogicalExpression::Or(further, right), Joint::Or) => {
                    operands.push(right);
                    further
                }
                (other, _) => {
                    operands.push(ast::Expression::Logical(Box::new(other)));
                    break;
                }
            },
            predicate @ ast::Expression::Predicate(_) => {
                operands.push(predicate);
                break;
            }
        };
    }
    operands.reverse();
    (joint, operands)
}

fn test(predicate: ast::Predicate, regexes: &mut Vec<PathRegex>) -> Result<Test, ExpressionError> {
    let ast::Predicate { lhs, rhs, op } = predicate;
    let (lower, any) = lhs.get_transformations();
    let case = if lower { Case::Lower } else { Case::AsSent };
    let quantity = if any { Quantity::Any } else { Quantity::All };
    match (Field::named(&lhs.var_name)?, rhs) {
        (Field::Text(field), ast::Value::String(text)) => {
            let operator = text_operator(op, text.into()).ok_or_else(mismatch)?;
            Ok(Test::Text(TextTest { field, case, quantity, operator }))
        }
        (Field::Text(field), ast::Value::Regex(regex)) => {
            let operator = if field.is_of_path() {
                regexes.push(PathRegex { field: field.clone(), case, regex: regex.clone() });
                TextOperator::Captures(regex, regexes.len() - 1)
            } else {
                TextOperator::Matches(regex)
            };
            Ok(Test::Text(TextTest { field, case, quantity, operator }))
        }
        (Field::Number(field), ast::Value::Int(number)) => {
            Ok(Test::Number(field, number_operator(op).ok_or_else(mismatch)?, number))
        }
        (Field::Address(fact), value) => Ok(Test::Address(fact, address_operator(op, &value).ok_or_else(mismatch)?)),
        _ => Err(mismatch()),
    }
}

/// The parser's crate has checked types before, so this is for what it does not check.
fn mismatch() -> ExpressionError {
    ExpressionError::Invalid("Type mismatch between the LHS and RHS values of predicate".to_owned())
}

fn text_operator(operator: ast::BinaryOperator, text: Box<str>) -> Option<TextOperator> {
    match operator {
        ast::BinaryOperator::Equals => Some(TextOperator::Equals(text)),
        ast::BinaryOperator::NotEquals => Some(TextOperator::Differs(text)),
        ast::BinaryOperator::Prefix => Some(TextOperator::BeginsWith(text)),
        ast::BinaryOperator::Postfix => Some(TextOperator::EndsWith(text)),
        ast::BinaryOperator::Contains => Some(TextOperator::Contains(text)),
        _ => None,
    }
}

fn number_operator(operator: ast::BinaryOperator) -> Option<NumberOperator> {
    match operator {
        ast::BinaryOperator::Equals => Some(NumberOperator::Equals),
        ast::BinaryOperator::NotEquals => Some(NumberOperator::Differs),
        ast::BinaryOperator::Greater => Some(NumberOperator::Greater),
        ast::BinaryOperator::GreaterOrEqual => Some(NumberOperator::GreaterOrEqual),
        ast::BinaryOperator::Less => Some(NumberOperator::Less),
        ast::BinaryOperator::LessOrEqual => Some(NumberOperator::LessOrEqual),
        _ => None,
    }
}

fn address_operator(operator: ast::BinaryOperator, value: &ast::Value) -> Option<AddressOperator> {
    match (operator, value) {
        (ast::BinaryOperator::Equals, ast::Value::IpAddr(address)) => Some(AddressOperator::Equals(*address)),
        (ast::BinaryOperator::NotEquals, ast::Value::IpAddr(address)) => Some(AddressOperator::Differs(*address)),
        (ast::BinaryOperator::In, ast::Value::IpCidr(range)) => {
            Some(AddressOperator::In(Range { first: range.first_address(), bits: range.network_length() }))
        }
        (ast::BinaryOperator::NotIn, ast::Value::IpCidr(range)) => {
            Some(AddressOperator::NotIn(Range { first: range.first_address(), bits: range.network_length() }))
        }
        _ => None,
    }
}
