namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>The form of one of the paper's tables.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Keys">Heads of the columns that say what a row is about.</param>
/// <param name="KeyOf">What the row of a point is about.</param>
/// <param name="Fits">Whether a point belongs to the table.</param>
/// <param name="Columns">The columns with numbers.</param>
internal sealed record TableLayout(
    int Number, string Title, IReadOnlyList<string> Keys, Func<TablePoint, IReadOnlyList<string>> KeyOf, Func<TablePoint, bool> Fits, IReadOnlyList<TableColumn> Columns);

/// <summary>A column of such a table.</summary>
/// <param name="Head">What stands above it.</param>
/// <param name="Quantity">What its numbers say.</param>
/// <param name="At">The point of its number, for any point of a row.</param>
internal sealed record TableColumn(string Head, Quantity Quantity, Func<TablePoint, TablePoint> At);
