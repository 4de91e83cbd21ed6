{#- The value of an identifier in the one form in which equal identifiers are equal, by the rule of its type (seed
    identifier_types); null where it is none of that type. In: columns of the rule and of the clean text. Out: text. -#}
{% macro normalize_identifier(rule_column, column) -%}
    case {{ rule_column }}
        when 'mobile' then {{ normalize_mobile(column) }}
        when 'telephone' then {{ normalize_telephone(column) }}
        when 'email' then {{ normalize_email(column) }}
        when 'national_id' then {{ normalize_national_id(column) }}
        when 'credit_code' then {{ normalize_credit_code(column) }}
        else {{ column }}
    end
{%- endmacro %}
